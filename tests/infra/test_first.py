"""The first deployment: two stacks with their state in files, which then moves, once, to where it belongs."""

import json
import os
import stat
from pathlib import Path

import pytest

from infra import first
from infra.costs.profiles import without_hub
from infra.deploy import DeployError, Tools
from infra.first import main, stacks_of
from infra.main import WORKSPACES
from infra.spec import load


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A terraform that writes a line per call: stack, command, and whether the state is kept in a file just then."""
    log, program = tmp_path / "calls", tmp_path / "terraform"
    program.write_text(
        "#!/bin/sh\n"
        'folder="${1#-chdir=}"\n'
        'kept=account; test -e "$folder/backend_override.tf.json" && kept=file\n'
        f'echo "${{folder##*/}} $2 $kept" >> {log}\n'
        f'test "$2" = apply && touch "{tmp_path}/states/${{folder##*/}}.tfstate"; test ! -e {tmp_path}/broken\n',
        encoding="utf-8",
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    used = Tools(cdktf=Path("cdktf"), terraform=str(program), path=os.environ["PATH"])
    monkeypatch.setattr(first, "tools", lambda *_: used)
    monkeypatch.setattr(first, "OUT", tmp_path / "out")
    monkeypatch.setattr(first, "STATES", tmp_path / "states")
    monkeypatch.setattr(
        first, "synth", lambda out: [(out / "stacks" / n).mkdir(parents=True, exist_ok=True) for n in _BOTH]
    )
    return log


_BOTH = ("bootstrap", "hub")


def test_what_comes_first() -> None:
    """The account and the hub, whose endpoint leads to it; without a hub the account alone."""
    spec = load(WORKSPACES)
    assert stacks_of(spec) == ["bootstrap", "hub"]
    assert stacks_of(without_hub(spec)) == ["bootstrap"]


def test_the_state_moves_from_files_to_the_account(terraform: Path, tmp_path: Path) -> None:
    """Made with the state in a file; the move tells Terraform of the file, then of the account, and sets it aside."""
    assert main(["deploy", "--approved"]) == 0
    assert main(["move", "--approved"]) == 0
    assert terraform.read_text(encoding="utf-8").splitlines() == [
        *(f"{stack} {command} file" for stack in _BOTH for command in ("init", "apply")),
        *(f"{stack} init {kept}" for stack in _BOTH for kept in ("file", "account")),
    ]
    assert {path.name for path in (tmp_path / "states").iterdir()} == {f"{stack}.tfstate.moved" for stack in _BOTH}


def test_the_file_of_the_state_outlives_the_documents(tmp_path: Path) -> None:
    """It lies outside cdktf.out, and takes the place of the backend that the document names."""
    (tmp_path / "out" / "stacks" / "hub").mkdir(parents=True)
    first.keep_in_file(tmp_path / "out", "hub", tmp_path / "states")
    override = json.loads(
        (tmp_path / "out" / "stacks" / "hub" / "backend_override.tf.json").read_text(encoding="utf-8")
    )
    assert override == {"terraform": {"backend": {"local": {"path": str(tmp_path / "states" / "hub.tfstate")}}}}
    assert first.STATES.name in (first.ROOT / ".gitignore").read_text(encoding="utf-8")


def test_a_state_is_not_moved_twice(terraform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies in the account is newer than the file, and is not written over; nor is anything deployed past it."""
    assert main(["deploy", "--approved"]) == 0
    assert main(["move", "--approved"]) == 0
    calls = terraform.read_text(encoding="utf-8")
    for action in ("move", "deploy"):
        assert main([action, "--approved"]) == 2
        assert "lies in the account already: use `make deploy ENV=bootstrap`" in capsys.readouterr().err
    assert terraform.read_text(encoding="utf-8") == calls


def test_nothing_moves_that_is_not_there(terraform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine without the files: nothing is run, and the message says where to get them."""
    assert main(["move"]) == 2
    assert "bring it here from where `make first` was run" in capsys.readouterr().err
    assert not terraform.exists()


def test_a_failure_leaves_no_other_backend_behind(
    terraform: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stops at the failing stack, and later plans ask the account again."""
    (tmp_path / "broken").touch()
    assert main(["deploy", "--approved"]) == 2
    assert "bootstrap: init failed with exit code 1" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("backend_override.tf.json"))


def test_a_state_in_files_has_nothing_to_come_first(workspaces: Path) -> None:
    """Where the state lies in files anyway, the way is the usual one."""
    text = (workspaces / "platform.yaml").read_text(encoding="utf-8")
    start, rest = text.split("state:\n", 1)
    local = start + "state: {kind: local}\n" + rest.split("\n\n", 1)[1]
    (workspaces / "platform.yaml").write_text(local, encoding="utf-8")
    with pytest.raises(DeployError, match="deploy as usual"):
        stacks_of(load(workspaces))
