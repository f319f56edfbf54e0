"""The notebooks of `notebooks/`: what can be said of them without running them; `tests/e2e` runs them."""

import ast
import re
from pathlib import Path

import pytest

from localcloud.services.jobs.notebooks import program

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> str:
    """A notebook."""
    return Path(request.param).read_text(encoding="utf-8")


def test_there_are_four() -> None:
    """By the names that the guide has."""
    guide = (ROOT / "docs" / "guides" / "notebooks.md").read_text(encoding="utf-8")
    assert [path.stem for path in NOTEBOOKS] == [
        "explore_health",
        "first_model",
        "forecast_demand",
        "reproduce_a_run",
    ]
    assert set(re.findall(r"`(\w+)\.py`", guide)) == {path.stem for path in NOTEBOOKS}


def test_a_notebook_says_what_it_is_and_runs_as_one_program(text: str) -> None:
    """The first cell has its title, and the whole of it is Python of which the local cloud runs every cell."""
    assert text.startswith("# Databricks notebook source\n# MAGIC %md\n# MAGIC # ")
    compile(program(text, language="PYTHON", form="SOURCE"), "notebook", "exec")


def test_a_notebook_reads_by_name_with_the_rights_of_who_runs_it(text: str) -> None:
    """By the wheel's table door, from parameters that it declares: no path, no secret, no session of its own."""
    code = program(text, language="PYTHON", form="SOURCE")
    words = [each.value for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Constant) and each.value]
    assert not [word for word in words if isinstance(word, str) and re.search(r"^(dbfs|abfss|/Volumes|/mnt):?", word)]
    assert "secrets" not in code
    assert "SparkSession" not in code
    assert "from ml.tables import door" in code
    declared = set(re.findall(r'dbutils\.widgets\.(?:text|dropdown)\("(\w+)"', code))
    assert set(re.findall(r'dbutils\.widgets\.get\("(\w+)"\)', code.replace("'", '"'))) == declared


def test_a_notebook_ends_with_what_it_found(text: str) -> None:
    """As JSON, so that a job that runs it can be asked."""
    last = text.rstrip().splitlines()[-1]
    assert last.startswith("dbutils.notebook.exit(json.dumps(")
