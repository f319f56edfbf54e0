"""Dynamic value references resolve by table; an unknown one is an error that names the known."""

from dataclasses import replace
from typing import Any

import pytest

from localcloud.services.jobs.graph import Ended, Result
from localcloud.services.jobs.references import Scope, UnknownReferenceError, references, resolve

SCOPE = Scope(
    job_id=7,
    job_name="credit-training",
    run_id=70,
    repair_count=0,
    trigger="one_time",
    start_time_ms=1_709_210_096_789,  # 2024-02-29T12:34:56.789 UTC, a Thursday
    trigger_time_ms=1_709_164_800_000,  # 2024-02-29T00:00 UTC
    parameters={"reason": "manual", "empty": ""},
    workspace_id=3,
    workspace_url="http://127.0.0.1:4000",
    task_name="promotion",
    task_run_id=72,
    execution_count=1,
    ended={"training": Ended(result=Result.SUCCESS), "check": Ended(result=Result.SUCCESS, outcome="true")},
    values={"training": {"model_version": 4, "name": 'a "quoted" name', "list": [1, 2]}},
    run_ids={"training": 71, "check": 73},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{job.id}}", "7"),
        ("{{ job.run_id }}", "70"),
        ("{{job.name}}/{{task.name}}", "credit-training/promotion"),
        ("{{job.repair_count}}", "0"),
        ("{{job.trigger.type}}", "one_time"),
        ("{{job.parameters.reason}}", "manual"),
        ("{{job.parameters.empty}}", ""),
        ('{{job.parameters["reason"]}}', "manual"),
        ("{{job.start_time.iso_date}}", "2024-02-29"),
        ("{{job.start_time.iso_datetime}}", "2024-02-29T12:34:56"),
        ("{{job.start_time.iso_weekday}}", "4"),
        ("{{job.start_time.is_weekday}}", "true"),
        ("{{job.start_time.timestamp_ms}}", "1709210096789"),
        ("{{job.trigger.time.iso_datetime}}", "2024-02-29T00:00:00"),
        ("{{task.run_id}}", "72"),
        ("{{task.execution_count}}", "1"),
        ("{{tasks.training.values.model_version}}", "4"),
        ("{{tasks.training.values.name}}", 'a "quoted" name'),
        ("{{tasks.training.values.list}}", "[1, 2]"),
        ("{{tasks.training.result_state}}", "success"),
        ("{{tasks.training.run_id}}", "71"),
        ("{{tasks.check.outcome}}", "true"),
        ("{{workspace.id}}", "3"),
        ("{{workspace.url}}", "http://127.0.0.1:4000"),
        ("no reference {here}", "no reference {here}"),
    ],
)
def test_reference_stands_for(text: str, expected: str) -> None:
    """Each documented reference becomes its value as text."""
    assert resolve(text, SCOPE) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{{job.parameters.version}}",
            "{{job.parameters.version}} stands for nothing: the job's parameters are reason",
        ),
        ("{{tasks.scoring.values.x}}", "tasks that ended before this one are training, check"),
        ("{{tasks.training.values.x}}", "task 'training' has result_state, run_id and the values model_version"),
        ("{{tasks.training.error}}", "{{tasks.training.error}} stands for nothing"),
        ("{{job.owner}}", "{{job.owner}} stands for nothing: known are job.parameters.<name>"),
        ("{{job.start_time.century}}", "its parts are iso_date"),
        ("{{cluster.id}}", "references begin with job, task, tasks, workspace, input"),
        ("{{input}}", "outside a for_each_task"),
    ],
)
def test_an_unknown_reference_is_an_error(text: str, message: str) -> None:
    """What stands for nothing is named, with what is known in its place."""
    with pytest.raises(UnknownReferenceError) as caught:
        resolve(text, SCOPE)
    assert message in str(caught.value)


def test_references_resolve_at_any_depth() -> None:
    """Lists and mappings keep their shape; other values stay as they are."""
    task: dict[str, Any] = {
        "parameters": ["--run-id", "{{job.run_id}}"],
        "retries": 3,
        "deep": {"x": ["{{task.name}}"]},
    }
    assert resolve(task, SCOPE) == {"parameters": ["--run-id", "70"], "retries": 3, "deep": {"x": ["promotion"]}}
    assert references(task) == {"job.run_id", "task.name"}


def test_a_value_is_not_resolved_twice() -> None:
    """A value that looks like a reference is data: it is not looked up in turn."""
    scope = replace(SCOPE, parameters={"reason": "{{job.id}}"})
    assert resolve("{{job.parameters.reason}}", scope) == "{{job.id}}"


def test_input_of_an_iteration() -> None:
    """Inside a loop `{{input}}` is the element, and `{{input.key}}` one of its keys."""
    scope = replace(SCOPE, item={"country": "DE"})
    assert resolve("{{input.country}} {{input}}", scope) == 'DE {"country": "DE"}'
    with pytest.raises(UnknownReferenceError, match="its keys are country"):
        resolve("{{input.city}}", scope)
