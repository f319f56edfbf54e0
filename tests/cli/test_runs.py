"""What is read from a run."""

from dataclasses import replace

import pytest

from cli.job_runs import _show_task
from cli.runs import TaskResult, _accounting


def test_the_accounting_is_the_last_json_line_that_names_its_task() -> None:
    """Other output, broken JSON and JSON of something else are passed over."""
    log = '{"task": "old", "rows_in": 1}\nnoise\n{"task": "bronze", "rows_in": 5}\n{"other": 1}\n{broken\n'
    assert _accounting(log) == {"task": "bronze", "rows_in": 5}


def test_a_task_without_accounting_has_empty_cells() -> None:
    """A row has the same columns whether or not the task counted rows."""
    row = TaskResult(env="prod", job="credit-promotion", task="approved", state="SUCCESS", duration_s=0.04).as_row()
    assert row == {
        "env": "prod",
        "job": "credit-promotion",
        "task": "approved",
        "state": "SUCCESS",
        "seconds": 0.0,
        "rows_in": None,
        "rows_kept": None,
        "rows_quarantined": None,
        "message": "",
    }


def test_what_a_release_left_behind_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Under the task that says so; nothing of the kind for any other."""
    result = TaskResult(env="prod", job="credit-rollback", task="rollback", state="SUCCESS", duration_s=0.5)
    _show_task(result)
    assert "left behind" not in capsys.readouterr().err
    _show_task(replace(result, accounting={"left_behind": "aks was not moved and answers as before"}))
    assert "left behind aks was not moved and answers as before" in capsys.readouterr().err
