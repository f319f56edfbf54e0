"""The routes of jobs and runs that no story needs."""

from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.service.jobs import JobSettings, QueueSettings, RunType

from localcloud.kernel.processes import wait_until
from tests.localcloud.services.jobs.conftest import Plant


def test_a_job_is_changed_in_part_and_deleted(plant: Plant) -> None:
    """`update` changes what it names and leaves the rest; a deleted job is not found."""
    job_id = plant.create("ingest", plant.task("a", "say"), max_concurrent_runs=2)
    plant.admin.jobs.update(job_id, new_settings=JobSettings(name="renamed"))
    settings = plant.admin.jobs.get(job_id).settings
    assert settings is not None
    assert (settings.name, settings.max_concurrent_runs) == ("renamed", 2)
    plant.admin.jobs.delete(job_id)
    with pytest.raises((ResourceDoesNotExist, InvalidParameterValue)):
        plant.admin.jobs.get(job_id)


def test_all_runs_of_a_job_are_cancelled_and_one_is_deleted(plant: Plant) -> None:
    """`cancel_all_runs` ends what runs; a run that is over can be deleted, and is gone from the list."""
    job_id = plant.create("long", plant.task("a", "hangs"))
    run_id = plant.start(job_id)
    plant.admin.jobs.cancel_all_runs(job_id=job_id)
    assert plant.wait(run_id).state.result_state.value == "CANCELED"  # type: ignore[union-attr]
    plant.admin.jobs.delete_run(run_id)
    assert list(plant.admin.jobs.list_runs(job_id=job_id)) == []


def _check(key: str, *after: str) -> dict[str, Any]:
    """A condition task, which needs no worker."""
    condition = {"left": "1", "right": "1", "op": "EQUAL_TO"}
    return {"task_key": key, "condition_task": condition, "depends_on": [{"task_key": name} for name in after]}


def _attempts(plant: Plant, run_id: int) -> list[tuple[str | None, int | None]]:
    return [(task.task_key, task.attempt_number) for task in plant.admin.jobs.get_run(run_id).tasks or []]


def _keys(plant: Plant, job_id: int) -> list[str]:
    settings = plant.admin.jobs.get(job_id).settings
    assert settings is not None
    return [task.task_key for task in settings.tasks or []]


def test_runs_are_listed_by_time_and_type(plant: Plant) -> None:
    """Both ends of the time count; runs that were submitted, or that a notebook started, are none of a job's."""
    jobs, job_id = plant.admin.jobs, plant.create("job", _check("a"))
    run = plant.run(job_id)
    run_id, start_ms = run.run_id, run.start_time or 0
    assert [r.run_id for r in jobs.list_runs(job_id=job_id, start_time_from=start_ms, start_time_to=start_ms)] == [
        run_id
    ]
    assert list(jobs.list_runs(job_id=job_id, start_time_from=start_ms + 1)) == []
    assert list(jobs.list_runs(job_id=job_id, start_time_to=start_ms - 1)) == []
    assert [r.run_id for r in jobs.list_runs(job_id=job_id, run_type=RunType.JOB_RUN)] == [run_id]
    assert list(jobs.list_runs(job_id=job_id, run_type=RunType.SUBMIT_RUN)) == []


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ("runs/list", "offset=5", "offset are not understood; understood are: expand_tasks, limit"),
        ("runs/list", "limit=26", "limit is 26: give 1 to 25"),
        ("runs/list", "active_only=true&completed_only=true", "not both"),
        ("list", "limit=101", "limit is 101: give 1 to 100"),
        ("list", "limit=0", "limit is 0: give 1 to 100"),
        ("list", "page_token=x", "page_token 'x' is not one that a list returned"),
        ("get", "job_id=1&include_trigger_state=true", "include_trigger_state are not understood"),
        ("list", "job_name=x", "job_name are not understood; understood are: name, expand_tasks, limit, page_token"),
    ],
)
def test_what_a_list_does_not_understand_is_refused(plant: Plant, path: str, query: str, message: str) -> None:
    """A filter that is dropped would list what was not asked for."""
    answer = plant.core.call("GET", f"{plant.core.url('prod')}/api/2.2/jobs/{path}?{query}")
    assert (answer.status_code, message in answer.json()["message"]) == (400, True), answer.text


def test_a_limit_of_0_lists_as_many_as_a_page_has(plant: Plant) -> None:
    """25 runs; the rest is on the next page."""
    job_id = plant.create("off", _check("a"), max_concurrent_runs=0)
    for _ in range(26):
        plant.start(job_id)
    first = plant.core.call("GET", f"{plant.core.url('prod')}/api/2.2/jobs/runs/list?job_id={job_id}&limit=0").json()
    assert (len(first["runs"]), first["has_more"]) == (25, True)


@pytest.mark.parametrize("queue", [{}, {"queue": {"enabled": True}}])
def test_a_job_for_0_runs_skips_every_run(plant: Plant, queue: dict[str, Any]) -> None:
    """It is switched off: with a queue too, in which a run would wait for good."""
    run = plant.run(plant.create("off", _check("a"), max_concurrent_runs=0, **queue))
    assert run.state is not None
    assert run.state.life_cycle_state is not None
    assert run.state.life_cycle_state.value == "SKIPPED"


@pytest.mark.parametrize("limit", [-1, 1001, 1.5, "2"])
def test_a_job_has_0_to_1000_runs_at_once(plant: Plant, limit: Any) -> None:
    """Other limits are refused when the job is made."""
    body = {"name": "job", "tasks": [_check("a")], "max_concurrent_runs": limit}
    answer = plant.core.call("POST", f"{plant.core.url('prod')}/api/2.2/jobs/create", json=body)
    assert answer.status_code == 400
    assert f"max_concurrent_runs is {limit!r}: give a whole number from 0" in answer.json()["message"]


def test_a_repair_runs_what_it_names(plant: Plant) -> None:
    """What depends on it runs again only on request; a second repair names the one before it."""
    jobs = plant.admin.jobs
    run_id = plant.run(plant.create("job", _check("a"), _check("b", "a"))).run_id or 0
    jobs.repair_run(run_id, rerun_tasks=["a"])
    plant.wait(run_id)
    first = [repair.id for repair in jobs.get_run(run_id, include_history=True).repair_history or []][-1]
    assert _attempts(plant, run_id) == [("a", 0), ("b", 0), ("a", 1)]
    for wrong in (None, 1):
        with pytest.raises(InvalidParameterValue, match=f"latest_repair_id.*is {first}"):
            jobs.repair_run(run_id, rerun_tasks=["a"], latest_repair_id=wrong)
    jobs.repair_run(run_id, rerun_tasks=["a"], latest_repair_id=first, rerun_dependent_tasks=True)
    plant.wait(run_id)
    assert _attempts(plant, run_id) == [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 1)]


def test_a_repair_waits_for_room(plant: Plant) -> None:
    """While as many runs are active as may be, none is repaired beside them; both ways to name tasks are refused."""
    jobs, job_id = plant.admin.jobs, plant.create("job", _check("a"))
    over = plant.run(job_id).run_id or 0
    with pytest.raises(InvalidParameterValue, match="not both"):
        jobs.repair_run(over, rerun_tasks=["a"], rerun_all_failed_tasks=True)
    jobs.reset(job_id, JobSettings.from_dict({"name": "job", "tasks": [plant.task("a", "hangs")]}))
    active = plant.start(job_id)
    with pytest.raises(InvalidParameterValue, match="The job has 1 active run"):
        jobs.repair_run(over, rerun_tasks=["a"])
    jobs.cancel_run(active)
    plant.wait(active)


def test_an_update_merges_arrays_by_key(plant: Plant) -> None:
    """A task of a known key is replaced in its place, a new one added, the others stay; so do parameters."""
    jobs = plant.admin.jobs
    job_id = plant.create("job", _check("a"), _check("b"), parameters=[{"name": "p", "default": "1"}])
    settings = {
        "tasks": [_check("c"), _check("a") | {"timeout_seconds": 7}],
        "parameters": [{"name": "q", "default": "2"}],
    }
    jobs.update(job_id, new_settings=JobSettings.from_dict(settings))
    found = jobs.get(job_id).settings
    assert found is not None
    assert [(task.task_key, task.timeout_seconds) for task in found.tasks or []] == [("a", 7), ("b", None), ("c", None)]
    assert [(each.name, each.default) for each in found.parameters or []] == [("p", "1"), ("q", "2")]


def test_an_update_removes_single_tasks(plant: Plant) -> None:
    """`tasks/<key>` removes one task; deeper paths, and those of other arrays, are refused."""
    jobs, job_id = plant.admin.jobs, plant.create("job", _check("a"), _check("b"))
    jobs.update(job_id, fields_to_remove=["tasks/a"])
    assert _keys(plant, job_id) == ["b"]
    for path in ("tasks/b/timeout_seconds", "tasks/none", "parameters/p", "tasks/", "schedule.timezone_id"):
        with pytest.raises(InvalidParameterValue, match=f"fields_to_remove {path}: "):
            jobs.update(job_id, fields_to_remove=[path])
    assert _keys(plant, job_id) == ["b"]


def test_a_run_has_queue_settings_of_its_own(plant: Plant, tmp_path: Path) -> None:
    """They decide before the job's, in both directions."""
    jobs, log, may_end = plant.admin.jobs, tmp_path / "log", tmp_path / "may_end"
    job_id = plant.create("job", plant.task("a", "stays", str(log), str(may_end)))
    first = plant.start(job_id)
    second = jobs.run_now(job_id, queue=QueueSettings(enabled=True)).run_id
    jobs.update(job_id, new_settings=JobSettings(queue=QueueSettings(enabled=True)))
    third = jobs.run_now(job_id, queue=QueueSettings(enabled=False)).run_id
    states = [jobs.get_run(run_id).state.life_cycle_state.value for run_id in (second, third)]  # type: ignore[union-attr]
    assert states == ["QUEUED", "SKIPPED"]
    status = jobs.get_run(second).status
    assert status is not None
    assert status.queue_details is not None
    assert str(status.queue_details.code) == "QueueDetailsCodeCode.MAX_CONCURRENT_RUNS_REACHED"
    may_end.touch()
    plant.wait(first)
    assert wait_until(lambda: jobs.get_run(second).state.result_state is not None, timeout_s=240)  # type: ignore[union-attr]
    ended = jobs.get_run(second)
    assert (
        ended.queue_duration
        == (ended.start_time or 0) - plant.core.cloud.store.require("job_run", str(second))["created_ms"]
    )


@pytest.mark.parametrize(
    "field", [{"sql_params": {"p": "y"}}, {"dbt_commands": ["dbt run"]}, {"pipeline_params": {"full_refresh": True}}]
)
def test_a_field_that_no_task_here_reads_is_refused(plant: Plant, field: dict[str, Any]) -> None:
    """Neither a run nor a repair is started as if it were not there."""
    job_id = plant.create("job", _check("a"))
    run_id = plant.run(job_id).run_id
    url, name = f"{plant.core.url('prod')}/api/2.2/jobs", next(iter(field))
    for path, body in (("run-now", {"job_id": job_id}), ("runs/repair", {"run_id": run_id, "rerun_tasks": ["a"]})):
        answer = plant.core.call("POST", f"{url}/{path}", json=body | field)
        assert (answer.status_code, f"{name} cannot be used locally" in answer.json()["message"]) == (400, True)
    assert _attempts(plant, run_id or 0) == [("a", 0)]


def test_an_idempotency_token_has_up_to_64_characters(plant: Plant) -> None:
    """A longer one is refused."""
    job_id = plant.create("job", _check("a"))
    plant.admin.jobs.run_now(job_id, idempotency_token="x" * 64)
    with pytest.raises(InvalidParameterValue, match="idempotency_token has 65 characters"):
        plant.admin.jobs.run_now(job_id, idempotency_token="x" * 65)


@pytest.mark.parametrize("path", ["run-now", "runs/submit"])
def test_an_idempotency_token_of_a_deleted_run_is_refused(plant: Plant, path: str) -> None:
    """It returns its run as long as that is there; then it starts nothing."""
    job = {"job_id": plant.create("job", _check("a"))} if path == "run-now" else {"tasks": [_check("a")]}
    url, body = f"{plant.core.url('prod')}/api/2.2/jobs/{path}", {**job, "idempotency_token": "t"}
    run_id = plant.core.call("POST", url, json=body).json()["run_id"]
    plant.wait(run_id)
    assert plant.core.call("POST", url, json=body).json()["run_id"] == run_id
    plant.admin.jobs.delete_run(run_id)
    answer = plant.core.call("POST", url, json=body)
    assert answer.status_code == 400
    assert f"The run {run_id} of idempotency_token t was deleted" in answer.json()["message"]


def test_tasks_are_run_once_without_a_job(plant: Plant) -> None:
    """The run is found, is of its own type, and has no job; a token used before returns its run."""
    jobs = plant.admin.jobs
    body: dict[str, Any] = {"run_name": "once", "tasks": [_check("a"), _check("b", "a")], "idempotency_token": "t-1"}
    url = f"{plant.core.url('prod')}/api/2.1/jobs/runs/submit"
    run_id = plant.core.call("POST", url, json=body).json()["run_id"]
    run = plant.wait(run_id)
    assert run.state is not None
    assert run.state.result_state is not None
    assert (run.run_name, run.state.result_state.value, run.run_type) == ("once", "SUCCESS", RunType.SUBMIT_RUN)
    assert [task.task_key for task in run.tasks or []] == ["a", "b"]
    assert plant.core.call("POST", url, json=body).json() == {"run_id": run_id}
    assert run_id in [one.run_id for one in jobs.list_runs(run_type=RunType.SUBMIT_RUN)]
    assert run_id not in [one.run_id for one in jobs.list_runs(run_type=RunType.JOB_RUN)]
    assert "once" not in [job.settings.name for job in jobs.list() if job.settings]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"run_name": "none"}, "Missing required field(s): tasks"),
        ({"tasks": [{"task_key": "n", "sql_task": {"warehouse_id": "x"}}]}, "is a sql_task, which"),
        ({"tasks": [_check("a")], "git_source": {"git_url": "x"}}, "git_source cannot be used locally"),
        ({"tasks": [_check("a", "z")]}, "z"),
    ],
)
def test_a_one_time_run_that_cannot_run_is_refused(plant: Plant, body: dict[str, Any], message: str) -> None:
    """As a job with the same settings is, and by the fields that nothing here reads."""
    answer = plant.core.call("POST", f"{plant.core.url('prod')}/api/2.2/jobs/runs/submit", json=body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_the_queued_runs_of_all_jobs_are_cancelled(plant: Plant) -> None:
    """`all_queued_runs` without a job ends what waits, and leaves alone what is active."""
    job_id = plant.create("long", plant.task("a", "hangs"), queue={"enabled": True})
    active, waiting = plant.start(job_id), plant.start(job_id)
    plant.admin.jobs.cancel_all_runs(all_queued_runs=True)
    assert plant.wait(waiting).state.result_state.value == "CANCELED"  # type: ignore[union-attr]
    assert plant.admin.jobs.get_run(active).state.result_state is None  # type: ignore[union-attr]
    plant.admin.jobs.cancel_run(active)
    plant.wait(active)
