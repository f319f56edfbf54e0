"""What is read from a run."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import (
    Run,
    RunJobOutput,
    RunJobTask,
    RunLifeCycleState,
    RunOutput,
    RunResultState,
    RunState,
    RunTask,
)

from cli.job_runs import _show_task
from cli.runs import TaskResult, _accounting, follow


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


def test_the_run_that_a_task_starts_is_asked_for_once_it_has_started_and_only_once() -> None:
    """A run is looked at often: of a task that runs a job, only the child run is then asked for again."""
    asked: list[str] = []

    class Jobs:
        """Answers as a workspace does: the parent's task waits, then runs a child, which ends."""

        states = iter(("PENDING", "RUNNING", "RUNNING", "TERMINATED"))

        def get_run(self, run_id: int) -> Run:
            """The parent (1), or the child (3) of its task (2)."""
            asked.append(f"run {run_id}")
            if run_id == 3:
                return Run(run_id=3, run_name="child", tasks=[])
            state = RunState(life_cycle_state=RunLifeCycleState(next(self.states)), result_state=RunResultState.SUCCESS)
            task = RunTask(task_key="child", run_id=2, state=state, run_job_task=RunJobTask(job_id=9))
            return Run(run_id=1, run_name="parent", state=state, tasks=[task])

        def get_run_output(self, run_id: int) -> RunOutput:
            """The child's id."""
            asked.append(f"output {run_id}")
            return RunOutput(run_job_output=RunJobOutput(run_id=3))

    client = cast("WorkspaceClient", SimpleNamespace(jobs=Jobs()))
    found = follow(client, "prod", 1, lambda _: None)
    assert (found.succeeded, [task.task for task in found.tasks]) == (True, ["child"])
    assert asked == ["run 1", "run 1", "output 2", "run 3", "run 1", "run 3", "run 1", "run 3"]
