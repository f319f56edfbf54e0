"""The reference says what the code says: nothing is left out, and nothing ends its row."""

import json
from pathlib import Path

import click
import pytest

from cli.main import mlops
from cli.reference.__main__ import main, pages
from cli.reference.markdown import cell, table
from cli.reference.tables import declared
from infra import names
from infra.jobs.declared import declared_jobs
from infra.main import JOBS, WORKSPACES
from infra.spec import load
from ml.usecases import USE_CASES
from policies.checks.engine.catalogue import rules


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """Every page."""
    return pages()


def test_every_command_has_its_options(written: dict[str, str]) -> None:
    """Sub-commands too."""
    page = written["commands.md"]
    listed = mlops.list_commands(click.Context(mlops))
    assert {name for name in listed if f"### mlops {name}" not in page} == set()
    assert "### mlops user add" in page
    assert "| `--base PATH` | The target branch's synthesized stacks" in page
    assert "| synth | Write the Terraform stacks to cdktf.out |" in page


def test_every_setting_is_there(written: dict[str, str]) -> None:
    """Those of the files themselves, with what holds if one is left out."""
    page = written["settings.md"]
    for name in ("platform", "environment"):
        schema = json.loads((WORKSPACES / "schema" / f"{name}.schema.json").read_text())
        assert [key for key in schema["properties"] if f"| `{key}` |" not in page] == []
    assert "| `unattended_subject` | string | `null` |" in page
    assert "| `auto_stop_minutes` | integer | must be given | 5 to 30 minutes |" in page


def test_every_job_of_every_environment_is_there(written: dict[str, str]) -> None:
    """With the file of each task."""
    spec = load(WORKSPACES)
    for environment in spec.environments:
        for use_case in environment.use_cases:
            for job in declared_jobs(spec, environment, use_case, "x", JOBS):
                assert f"### {names.job(use_case, job.stage)} ({environment.name})" in written["jobs.md"]
    assert "| `scoring` |  | `ml/scoring/batch.py` |" in written["jobs.md"]


def test_every_column_of_every_table_is_there(written: dict[str, str]) -> None:
    """With what a valid value is."""
    page = written["tables.md"]
    for name, use_case in USE_CASES.items():
        for each in declared(use_case):
            part = page.partition(f"### {each.schema_name(name)}.{each.name}\n")[2].partition("\n### ")[0]
            assert [column.name for column in each.columns if f"| `{column.name}` |" not in part] == []
    assert "| `sex` | int |  | 1 male, 2 female. | one of 1, 2, sensitive |" in page


def test_every_check_is_there(written: dict[str, str]) -> None:
    """Once, below its severity."""
    assert [rule.id for rule in rules() if written["checks.md"].count(f"| `{rule.id}` |") != 1] == []


def test_no_text_ends_its_row() -> None:
    """Bars and lines of a description stay in its cell."""
    assert cell("a | b\n c") == "a \\| b c"
    assert table(("x",), [("1",)]) == "| x |\n|---|\n| 1 |\n"


def test_it_is_written_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which is named."""
    assert main([str(tmp_path / "reference")]) == 0
    assert {path.name for path in (tmp_path / "reference").iterdir()} == pages().keys()
    assert main([]) == 2
    assert "name the folder to write into" in capsys.readouterr().err
