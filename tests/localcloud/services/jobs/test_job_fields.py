"""Jobs and runs, field by field as the SDK documents them."""

from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.jobs import JobSettings

from localcloud.services.jobs.fields import problems
from tests.localcloud.services.jobs.conftest import Plant

CRON = {"quartz_cron_expression": "0 0 4 * * ?", "timezone_id": "UTC"}
LOOP = {"inputs": "[]", "task": {"task_key": "i", "condition_task": {"eq": 1}}}


def _check(key: str, left: str = "1") -> dict[str, Any]:
    """A condition task, which needs no worker."""
    return {"task_key": key, "condition_task": {"left": left, "right": "1", "op": "EQUAL_TO"}}


def _task(**fields: Any) -> dict[str, Any]:
    return {"tasks": [{"task_key": "a", **fields}]}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"queue": {"enabled": True, "limit": 5}}, "queue has limit; understood are enabled"),
        ({"tasks": ["a"]}, "tasks is ['a']: give a list of objects"),
        ({"queue": True}, "queue is True: give an object of enabled"),
        ({"schedule": {**CRON, "sql_condition": {"x": 1}}}, "schedule has sql_condition; understood are pause_status"),
        ({"schedule": {**CRON, "pause_status": "paused"}}, "pause_status is 'paused': use one of PAUSED, UNPAUSED"),
        ({"trigger": {"file_arrival": {"url": "/x", "glob": "*"}}}, "trigger.file_arrival has glob; understood are"),
        ({"trigger": {"cron": "x"}}, "trigger has cron; understood are file_arrival"),
        ({"continuous": {"maintenance_window": {"x": 1}}}, "continuous has maintenance_window"),
        ({"run_as": {"group_name": "risk"}}, "run_as has group_name; understood are service_principal_name, user_name"),
        ({"parameters": [{"name": "p", "value": "x"}]}, "parameters has value; understood are default, name"),
        ({"job_clusters": [{"serverless_compute_id": "x"}]}, "job_clusters has serverless_compute_id"),
        ({"email_notifications": {"on_end": ["x"]}}, "email_notifications has on_end"),
        ({"health": {"rules": [{"metric": "m", "op": "GREATER_THAN", "value": 1, "for": 5}]}}, "health.rules has for"),
        ({"edit_mode": "LOCKED"}, "edit_mode is 'LOCKED': use one of UI_LOCKED, EDITABLE"),
        ({"name": "é" * 2049}, "name has 4098 bytes: at most 4096 are taken"),
        ({"description": "x" * 27_701}, "description has 27701 bytes: at most 27700 are taken"),
        ({"tags": {f"k{n}": "" for n in range(26)}}, "there are 26 tags: a job has at most 25"),
        ({"tasks": [{"task_key": f"t{n}"} for n in range(1001)]}, "there are 1001 tasks: a job has at most 1000"),
        ({"timeout_seconds": -1}, "timeout_seconds is -1: give a whole number of seconds, 0 for no limit"),
        ({"timeout_seconds": "60"}, "timeout_seconds is '60'"),
        (_task(timeout_seconds=1.5), "task 'a': timeout_seconds is 1.5: give a whole number from 0 on"),
        (_task(max_retries=-2), "task 'a': max_retries is -2: give a whole number from -1 on"),
        (_task(depends_on=[{"task_key": "b", "result": "ok"}]), "task 'a': depends_on has result"),
        (_task(depends_on=["b"]), "task 'a': depends_on is 'b': give an object of outcome, task_key"),
        (_task(run_job_task={"job_id": 1, "sql_params": {"x": "1"}}), "task 'a': run_job_task has sql_params"),
        (_task(python_wheel_task={"entry_point": "e", "args": ["x"]}), "task 'a': python_wheel_task has args"),
        (_task(for_each_task=LOOP), "task 'i': condition_task has eq"),
    ],
)
def test_a_part_that_is_not_understood_is_a_problem(settings: dict[str, Any], problem: str) -> None:
    """By its path, with what is; sizes and choices are Databricks' own."""
    found = list(problems(settings))
    assert [each.startswith(problem) for each in found] == [True], found


def test_parts_that_the_sdk_documents_are_none() -> None:
    """As a stack would write them."""
    settings = {
        "name": "x" * 4096,
        "tags": {f"k{n}": "" for n in range(25)},
        "timeout_seconds": 0,
        "edit_mode": "UI_LOCKED",
        "queue": {"enabled": False},
        "schedule": {**CRON, "pause_status": "UNPAUSED"},
        "trigger": {"table_update": {"table_names": ["a.b.c"], "condition": "ANY_UPDATED"}},
        "run_as": {"user_name": "ann@example.com"},
        "email_notifications": {"on_failure": ["ann@example.com"], "no_alert_for_skipped_runs": True},
        "webhook_notifications": {"on_failure": [{"id": "x"}]},
        "notification_settings": {"no_alert_for_canceled_runs": True},
        "deployment": {"kind": "BUNDLE", "metadata_file_path": "/x"},
        "tasks": [{"task_key": "a", "max_retries": -1, "notification_settings": {"alert_on_last_attempt": True}}],
    }
    assert list(problems(settings)) == []


def test_long_arrays_come_in_pages(plant: Plant) -> None:
    """A hundred at a time from `get`, with where to go on; a list shows the first hundred, and that there are more."""
    tasks = [_check(f"t{number:03}") for number in range(205)]
    job_id = plant.create("wide", *tasks, max_concurrent_runs=0)
    run_id = plant.start(job_id)
    api = f"{plant.core.url('prod')}/api/2.2/jobs"
    for path, asked, inside in (("get", {"job_id": job_id}, "settings"), ("runs/get", {"run_id": run_id}, None)):
        pages: list[list[str]] = []
        more: dict[str, str] = {}
        while more or not pages:
            page = plant.core.call("GET", f"{api}/{path}", params={**asked, **more}).json()
            pages.append([each["task_key"] for each in (page[inside] if inside else page)["tasks"]])
            more = {"page_token": page["next_page_token"]} if "next_page_token" in page else {}
        assert [len(page) for page in pages] == [100, 100, 5]
        assert [key for page in pages for key in page] == [task["task_key"] for task in tasks]
    assert len((plant.admin.jobs.get(job_id).settings or JobSettings()).tasks or []) == 205
    listed = plant.core.call("GET", f"{api}/list", params={"expand_tasks": "true"}).json()
    assert [(len(job["settings"]["tasks"]), job["has_more"]) for job in listed["jobs"]] == [(100, True)]


def test_a_list_goes_on_and_back(plant: Plant) -> None:
    """By the tokens of a page; the first one has none before it, the last one none after it."""
    ids = [plant.create(f"j{number}", _check("a")) for number in range(3)]
    url = f"{plant.core.url('prod')}/api/2.2/jobs/list"
    first = plant.core.call("GET", url, params={"limit": 2}).json()
    second = plant.core.call("GET", url, params={"limit": 2, "page_token": first["next_page_token"]}).json()
    back = plant.core.call("GET", url, params={"limit": 2, "page_token": second["prev_page_token"]}).json()
    shown = [[job["job_id"] for job in page["jobs"]] for page in (first, second, back)]
    assert shown == [[ids[2], ids[1]], [ids[0]], [ids[2], ids[1]]]
    assert "prev_page_token" not in first
    assert "next_page_token" not in second


def test_a_run_shows_its_repairs_on_request(plant: Plant) -> None:
    """The original and each repair: how it ended, and its own task runs."""
    jobs = plant.admin.jobs
    run_id = plant.run(plant.create("job", _check("a", left="x"), _check("b"))).run_id or 0
    jobs.repair_run(run_id, rerun_tasks=["b"])
    repaired = plant.wait(run_id)
    assert repaired.repair_history == []
    attempts = [task.run_id for task in repaired.tasks or []]
    history = [item.as_dict() for item in jobs.get_run(run_id, include_history=True).repair_history or []]
    assert [(item["type"], item["task_run_ids"]) for item in history] == [
        ("ORIGINAL", attempts[:2]),
        ("REPAIR", attempts[2:]),
    ]
    assert [item["state"]["result_state"] for item in history] == ["SUCCESS", "SUCCESS"]
    assert ["id" in item for item in history] == [False, True]


def test_a_run_shows_what_references_became_on_request(plant: Plant) -> None:
    """Each task's parameters after job parameters were put in."""
    declared = [{"name": "p", "default": "7"}]
    run_id = plant.run(plant.create("job", _check("a", left="{{job.parameters.p}}"), parameters=declared)).run_id or 0
    url = f"{plant.core.url('prod')}/api/2.2/jobs/runs/get"
    shown = [
        plant.core.call("GET", url, params={"run_id": run_id, "include_resolved_values": asked}).json()["tasks"][0]
        for asked in ("false", "true")
    ]
    assert "resolved_values" not in shown[0]
    assert shown[1]["resolved_values"] == {"condition_task": {"left": "7", "right": "1"}}


def test_the_output_of_a_run_with_one_task_is_that_tasks(plant: Plant) -> None:
    """With more tasks, each is asked by its own id; a task's id is no run's elsewhere."""
    jobs, one = plant.admin.jobs, plant.run(plant.create("one", plant.task("a", "say")))
    output, task_run_id = jobs.get_run_output(one.run_id or 0), (one.tasks or [])[0].run_id or 0
    assert output.logs
    assert output.logs == jobs.get_run_output(task_run_id).logs
    assert output.metadata is not None
    assert output.metadata.run_id == task_run_id
    two = plant.run(plant.create("two", _check("a"), _check("b")))
    with pytest.raises(InvalidParameterValue, match="has 2 tasks: get the output of one of them"):
        jobs.get_run_output(two.run_id or 0)
    with pytest.raises(InvalidParameterValue, match=f"Run {task_run_id} is a task's: name its run, {one.run_id}"):
        jobs.cancel_run(task_run_id)


def test_a_new_time_limit_holds_for_active_runs(plant: Plant) -> None:
    """`update` changes it while the run is under way; other settings are for later runs."""
    job_id = plant.create("long", plant.task("a", "hangs"), timeout_seconds=3600)
    run_id = plant.start(job_id)
    plant.admin.jobs.update(job_id, new_settings=JobSettings(name="renamed", timeout_seconds=1))
    run = plant.wait(run_id)
    assert run.state is not None
    assert run.state.result_state is not None
    assert (run.state.result_state.value, run.run_name) == ("TIMEDOUT", "long")


def test_a_run_shows_what_the_sdk_names(plant: Plant) -> None:
    """Its number is its id, its tasks alone have execution times, and a run that a task started says which."""
    inner = plant.create("inner", _check("a"), description="of the inner one")
    outer = plant.create("outer", {"task_key": "call", "run_job_task": {"job_id": inner}})
    plant.core.cloud.store.put("acl", f"jobs/{inner}", {"owner": plant.principal, "entries": {}})
    url = f"{plant.core.url('prod')}/api/2.2/jobs"
    started = plant.core.call("POST", f"{url}/run-now", json={"job_id": outer}).json()
    assert started == {"run_id": started["run_id"], "number_in_job": started["run_id"]}
    [task] = plant.wait(started["run_id"]).tasks or []
    [child] = plant.core.call("GET", f"{url}/runs/list", params={"job_id": inner}).json()["runs"]
    expected = {
        "trigger": "RUN_JOB_TASK",
        "trigger_info": {"run_id": task.run_id},
        "description": "of the inner one",
        "number_in_job": child["run_id"],
        "attempt_number": 0,
        "execution_duration": 0,
    }
    assert {name: child[name] for name in expected} == expected
    assert "queue_duration" not in child
