"""A notebook as one program, and what it finds defined."""

import json
from pathlib import Path

import pytest

from localcloud.services.jobs.dbutils import Dbutils, NotebookExit
from localcloud.services.jobs.notebooks import NotebookError, program

SOURCE = """# Databricks notebook source
# MAGIC %md
# MAGIC # Scores

# COMMAND ----------

# MAGIC %python
# MAGIC a = 1

# COMMAND ----------

b = a + 1
"""


def test_a_notebook_is_one_program_at_its_own_lines() -> None:
    """Text is left out, `%python` is code; a trace names the lines of the notebook."""
    code = program(SOURCE, language="PYTHON", form="SOURCE")
    names: dict[str, int] = {}
    exec(code, names)
    assert (names["a"], names["b"]) == (1, 2)
    assert code.splitlines()[11] == "b = a + 1" == SOURCE.splitlines()[11]


def test_a_jupyter_notebook_is_its_code_cells() -> None:
    """Cells of text say nothing to Python."""
    cells = [{"cell_type": "markdown", "source": ["# x"]}, {"cell_type": "code", "source": ["a = 1\n", "b = 2"]}]
    assert program(json.dumps({"cells": cells}), language="PYTHON", form="JUPYTER").strip() == "a = 1\nb = 2"


@pytest.mark.parametrize(
    ("content", "language", "form", "message"),
    [
        ("# MAGIC %pip install x", "PYTHON", "SOURCE", "cell 1 begins with %pip"),
        ("a = 1\n# COMMAND ----------\n# MAGIC %run ./b", "PYTHON", "SOURCE", "cell 2 begins with %run"),
        ("SELECT 1", "SQL", "SOURCE", "the notebook is in SQL"),
        ("[]", "PYTHON", "JUPYTER", "is not a Jupyter notebook"),
    ],
)
def test_what_is_not_run_here_is_refused(content: str, language: str, form: str, message: str) -> None:
    """By its cell, before anything runs."""
    with pytest.raises(NotebookError, match=message):
        program(content, language=language, form=form)


def test_a_widget_has_what_the_task_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its own default; one that is neither given nor declared is an error. Exit carries the result."""
    dbutils = Dbutils({"month": "2026-01"})
    dbutils.widgets.text("month", "2025-01")
    dbutils.widgets.dropdown("size", "small", ["small", "large"])
    assert dbutils.widgets.getAll() == {"month": "2026-01", "size": "small"}
    with pytest.raises(LookupError, match="no widget named day is defined; there are: \\['month', 'size'\\]"):
        dbutils.widgets.get("day")
    with pytest.raises(NotebookExit, match="3"):
        dbutils.notebook.exit(3)
    monkeypatch.setenv("MLOPS_TASK_VALUES", str(tmp_path / "values.json"))
    dbutils.jobs.taskValues.set("rows", 3)
    dbutils.jobs.taskValues.set("kept", 2)
    assert json.loads((tmp_path / "values.json").read_text()) == {"rows": 3, "kept": 2}
    with pytest.raises(AttributeError, match=r"dbutils\.data is not offered"):
        _ = dbutils.data
