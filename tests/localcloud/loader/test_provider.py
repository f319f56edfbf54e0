"""What the real provider refuses or reads back differently, the loader does too. Real routes, real state."""

from typing import Any

import pytest

from localcloud.loader import LoadError
from localcloud.loader.provider import as_read, require_items
from tests.localcloud.loader.stacks import Stacks, counts

_WHEEL = {"package_name": "p", "entry_point": "e"}


def _task(key: str, *after: str) -> dict[str, Any]:
    before = {"depends_on": [{"task_key": other} for other in after]} if after else {}
    return {"task_key": key, "python_wheel_task": _WHEEL, **before}


def _job(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"databricks_job.ingest": {"name": "ingest", "task": list(tasks)}}


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_item_of_a_list_is_refused(stacks: Stacks, empty: str | None) -> None:
    """In the provider's words, with the place; nothing is made."""
    task = {**_task("alert"), "python_wheel_task": {**_WHEEL, "parameters": ["--webhook-secret", empty]}}
    stacks.write("prod-ml", _job(_task("a"), task))
    with pytest.raises(
        LoadError, match=r"task\.1\.python_wheel_task\.parameters\[<nil>\] is not a string\. Leave empty items out"
    ):
        stacks.load()
    assert list(stacks.core.admin().jobs.list()) == []


def test_empty_items_are_found_at_any_depth() -> None:
    """Of texts beside them and of empty texts outside lists nothing is said."""
    require_items({"comment": "", "parameter": [{"name": "a", "default": ""}], "privileges": ["SELECT"]})
    with pytest.raises(LoadError, match=r"grant\.0\.privileges\[<nil>\] is not a string; tags\[<nil>\]"):
        require_items({"grant": [{"privileges": ["SELECT", ""]}], "tags": [None]})


def test_a_job_is_read_back_with_its_tasks_in_order() -> None:
    """Tasks, and what each depends on, by task key; nothing else is moved."""
    given = {
        "name": "n",
        "task": [_task("c", "b", "a"), _task("b"), _task("a")],
        "parameter": [{"name": "z"}, {"name": "a"}],
    }
    assert as_read("databricks_job", given) == {
        **given,
        "task": [_task("a"), _task("b"), _task("c", "a", "b")],
    }
    assert as_read("databricks_grants", {"grant": ["b", "a"]}) == {"grant": ["b", "a"]}


def test_a_sorted_job_is_settled_by_one_load(stacks: Stacks) -> None:
    """The second load finds nothing to do."""
    stacks.write("prod-ml", _job(_task("a"), _task("b"), _task("c", "a", "b")))
    first = stacks.load()
    assert (counts(first), first.unsettled) == ((1, 0, 0, 0), [])
    assert counts(stacks.load()) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "tasks",
    [(_task("b"), _task("a")), (_task("a"), _task("b"), _task("c", "b", "a"))],
    ids=["tasks", "dependencies"],
)
def test_an_unsorted_job_is_changed_by_every_load(stacks: Stacks, tasks: tuple[dict[str, Any], ...]) -> None:
    """As by every plan of Terraform; the report names it, and the job is kept in the provider's order."""
    stacks.write("prod-ml", _job(*tasks))
    stacks.load()
    for _ in range(2):
        again = stacks.load()
        assert (counts(again), again.unsettled) == ((0, 1, 0, 0), ["databricks_job.ingest"])
    (job,) = stacks.core.admin().jobs.list(expand_tasks=True)
    assert job.settings is not None
    keys = [task.task_key for task in job.settings.tasks or []]
    assert keys == sorted(keys)


def test_a_removed_block_forgets_and_destroys_nothing(stacks: Stacks) -> None:
    """The resource stays in force; the next load does not know it."""
    stacks.write("prod-ml", _job(_task("a")))
    stacks.load()
    removed = [{"from": "databricks_job.ingest", "lifecycle": {"destroy": False}}]
    stacks.write("prod-ml", {"databricks_directory.d": {"path": "/Shared/x"}}, removed=removed)
    assert counts(stacks.load()) == (1, 0, 0, 0)
    assert [job.settings and job.settings.name for job in stacks.core.admin().jobs.list()] == ["ingest"]
    assert counts(stacks.load()) == (0, 0, 1, 0)


def test_a_removed_block_without_that_order_destroys(stacks: Stacks) -> None:
    """Terraform's default."""
    stacks.write("prod-ml", _job(_task("a")))
    stacks.load()
    removed = [{"from": "databricks_job.ingest"}]
    stacks.write("prod-ml", {"databricks_directory.d": {"path": "/Shared/x"}}, removed=removed)
    assert counts(stacks.load()) == (1, 0, 0, 1)
