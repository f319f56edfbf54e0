"""The command line, without a running cloud."""

import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import mlops


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A runner whose local clouds lie in an empty folder."""
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    return CliRunner()


@pytest.mark.parametrize("arguments", [["status"], ["run", "credit-training", "--env", "prod"]])
def test_a_command_that_needs_the_cloud_says_how_to_start_it(cli: CliRunner, arguments: list[str]) -> None:
    """Nothing runs: the command ends with 1 and names the command that starts the cloud."""
    result = cli.invoke(mlops, arguments)
    assert result.exit_code == 1
    assert result.stderr == "error: the local cloud is not running. Start it: mlops up\n"


def test_every_command_is_found_under_its_own_name() -> None:
    """Commands are loaded by name when they are asked for; another name is none."""
    context = click.Context(mlops)
    commands = {name: mlops.get_command(context, name) for name in mlops.list_commands(context)}
    assert {name: command.name for name, command in commands.items() if command} == {name: name for name in commands}
    assert mlops.get_command(context, "deploy") is None


def test_a_parameter_without_a_value_is_refused(cli: CliRunner) -> None:
    """`--param` pairs are name=value; every wrong one is named."""
    result = cli.invoke(
        mlops, ["run", "credit-training", "--env", "prod", "--param", "a", "--param", "b=1", "--param", "c"]
    )
    assert result.exit_code == 2
    assert "--param a, c: write it as name=value" in result.stderr


def test_an_unknown_use_case_is_refused_with_those_there_are(cli: CliRunner) -> None:
    """`mlops demo` knows the use cases that have a story, and names them."""
    result = cli.invoke(mlops, ["demo", "weather"])
    assert result.exit_code == 2
    assert "use case 'weather' is not declared: correct the name, or name one that has a story: credit" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; deliver it again"),
        (b"\xff\xfe\x00", "byte 0 is not UTF-8 text"),
        (b"ID,LIMIT\n1,2\n", "LIMIT_BAL"),
    ],
)
def test_a_data_file_that_cannot_be_used_is_refused(
    cli: CliRunner, tmp_path: Path, content: bytes, message: str
) -> None:
    """An empty, a binary and a wrong file end the demo before anything starts, with the file and its problem."""
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    result = cli.invoke(mlops, ["demo", "credit", "--data", str(path)])
    assert result.exit_code == 1
    assert str(path) in result.stderr
    assert message in result.stderr


@pytest.mark.parametrize(
    ("name", "said"), [("histroy", "did you mean 'history'? mlops --help"), ("zzzz", "no command 'zzzz': mlops --help")]
)
def test_an_unknown_command_is_refused_with_the_nearest_name(cli: CliRunner, name: str, said: str) -> None:
    """If no name is near, only with where all of them are listed."""
    result = cli.invoke(mlops, [name])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_delivery_of_an_unknown_feed_is_refused_before_any_job_runs(cli: CliRunner) -> None:
    """With the feeds of the use case; no cloud is asked."""
    result = cli.invoke(mlops, ["withdraw", "credit", "aplications", "2204-01.csv", "--reason", "wrong period"])
    assert result.exit_code == 2
    assert result.stderr == "error: credit has no feed 'aplications'; its feeds are: applications, labels, movements\n"


@pytest.mark.e2e
def test_the_command_is_that_of_its_own_checkout(root: Path, tmp_path: Path) -> None:
    """Also where it is called from: a folder that has a package of the same name, as another checkout has."""
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "__init__.py").write_text("raise SystemExit('the code of the folder ran')")
    done = subprocess.run([root / "bin" / "mlops", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
