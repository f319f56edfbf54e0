"""Continuous jobs: one run after another, by the local clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from localcloud.loader.kinds.compute import KINDS
from localcloud.loader.kinds.kind import Call
from localcloud.loader.session import Session
from localcloud.services.jobs.continuous import Rhythm, problems, rhythm
from tests.localcloud.core import Core
from tests.localcloud.services.jobs.conftest import Plant

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ON = {"pause_status": "UNPAUSED", "task_retry_mode": "NEVER"}


def _run(run_id: int, result: str | None) -> dict[str, Any]:
    return {"run_id": run_id, "end_ms": 0 if result is None else 1, "result": result}


def test_the_first_run_is_due_at_once_and_the_next_when_the_last_has_ended() -> None:
    """While one is active none is due; after one that ended well it is half a minute."""
    first = Rhythm()
    assert first.found(None, NOON).due(NOON) == NOON
    active = first.found(_run(1, None), NOON)
    assert active.due(NOON) is None
    ended = active.found(_run(1, "SUCCESS"), NOON)
    assert ended.due(NOON) == NOON + timedelta(seconds=30)
    assert rhythm(ended.document()) == ended


def test_each_failure_in_a_row_doubles_the_wait_and_a_success_ends_that() -> None:
    """Up to an hour; a run that was seen to have ended is not counted again."""
    found, waits = Rhythm(), []
    for run_id in range(1, 10):
        found = found.found(_run(run_id, "FAILED"), NOON).found(_run(run_id, "FAILED"), NOON + timedelta(days=1))
        due = found.due(NOON)
        assert due is not None
        waits.append((due - NOON).total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert found.found(_run(10, "SUCCESS"), NOON).failures == 0


def test_what_a_continuous_job_cannot_have_is_refused(core: Core) -> None:
    """Task dependencies, retry policies, a second run at a time: all named together."""
    tasks = [{"task_key": "a"}, {"task_key": "b", "depends_on": [{"task_key": "a"}], "max_retries": 1}]
    settings = {"continuous": {"pause_status": "UNPAUSED"}, "tasks": tasks, "max_concurrent_runs": 2}
    wanted = [
        "task 'b' depends on others, which a continuous job's tasks cannot: make them one task",
        "task 'b' has a retry policy, which a continuous job's tasks cannot: leave it out",
        "max_concurrent_runs is 2: a continuous job has one run at a time",
    ]
    assert list(problems(settings)) == wanted
    assert list(problems({**settings, "continuous": None})) == []
    core.admin()
    answer = core.call("POST", f"{core.url('prod')}/api/2.2/jobs/create", json=settings)
    assert answer.status_code == 400
    assert [problem for problem in wanted if problem not in answer.json()["message"]] == []


def _step(plant: Plant, seconds: float) -> list[int]:
    answer = plant.core.call("POST", f"{plant.core.account_url}/local/clock", json={"advance_s": seconds})
    assert answer.status_code == 200, answer.text
    assert {run["trigger"] for run in answer.json()["fired"]} <= {"CONTINUOUS"}
    return [run["run_id"] for run in answer.json()["fired"]]


def _pause(plant: Plant, job_id: int) -> None:
    settings = {"continuous": {"pause_status": "PAUSED"}}
    body = {"job_id": job_id, "new_settings": settings}
    plant.core.call("POST", f"{plant.core.url('prod')}/api/2.2/jobs/update", json=body).raise_for_status()


def test_a_run_follows_the_last_one_until_it_is_paused(plant: Plant, tmp_path: Path) -> None:
    """None while one is active; the one that is active when the job is paused goes on to its end."""
    log, leave = tmp_path / "log", tmp_path / "leave"
    log.touch()
    job_id = plant.create("stream", plant.task("a", "stays", str(log), str(leave)), continuous=ON)
    (first,) = _step(plant, 0)
    assert _step(plant, 3600) == []
    leave.touch()
    assert plant.wait(first).state.result_state.value == "SUCCESS"  # type: ignore[union-attr]
    assert _step(plant, 0) == []
    assert _step(plant, 29) == []
    leave.unlink()
    (second,) = _step(plant, 1)
    _pause(plant, job_id)
    leave.touch()
    assert plant.wait(second).state.result_state.value == "SUCCESS"  # type: ignore[union-attr]
    assert _step(plant, 3600) == []
    assert log.read_text().split() == ["begins", "ends"] * 2


def test_a_job_that_fails_waits_longer_each_time(plant: Plant) -> None:
    """One minute, then two."""
    plant.create("stream", plant.task("a", "fails"), continuous=ON)
    (first,) = _step(plant, 0)
    plant.wait(first)
    assert _step(plant, 0) == []
    assert _step(plant, 59) == []
    (second,) = _step(plant, 1)
    plant.wait(second)
    assert _step(plant, 0) == []
    assert _step(plant, 119) == []
    assert len(_step(plant, 1)) == 1


def test_a_failed_task_is_tried_again_within_its_run(plant: Plant, tmp_path: Path) -> None:
    """As a continuous job does unless it says NEVER; the task has no policy of its own."""
    plant.create("stream", plant.task("a", "flaky", str(tmp_path / "there")), continuous={"pause_status": "UNPAUSED"})
    (run_id,) = _step(plant, 0)
    run = plant.wait(run_id)
    assert run.state.result_state.value == "SUCCESS"  # type: ignore[union-attr]
    assert [task.attempt_number for task in run.tasks or []] == [0, 1]


def test_a_deployment_ends_the_run_under_way(plant: Plant, tmp_path: Path) -> None:
    """With `control_run_state`, as the provider does; the next run has the new settings, and does not wait for long."""
    log = tmp_path / "log"
    log.touch()
    job_id = plant.create("stream", plant.task("a", "hangs"), continuous=ON)
    (first,) = _step(plant, 0)
    settings = {"name": "stream", "task": [plant.task("a", "marks", str(log))], "continuous": ON}
    settings["run_as"] = {"service_principal_name": plant.principal}
    with Session(plant.core.url("prod"), plant.core.admin_token) as session:
        for controlled in (False, True):
            given = settings | {"control_run_state": controlled}
            call = Call(session=session, folder=tmp_path, arguments=given)
            KINDS["databricks_job"].update(call, {"id": str(job_id)})  # type: ignore[misc]
            if not controlled:
                assert plant.runner.execution(first) is not None
    assert plant.wait(first).state.result_state.value == "CANCELED"  # type: ignore[union-attr]
    assert _step(plant, 0) == []
    (second,) = _step(plant, 30)
    plant.wait(second)
    assert log.read_text() == "ran\n"
