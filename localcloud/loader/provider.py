"""The real Databricks provider's processing of a document before and after its REST calls. Pure.

Source: `databricks_job` in the provider's documentation and its source (tasks and dependencies are sorted by task key
when a job is created and read), and provider 1.99.0 itself (an empty text in a list reaches it as null).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.loader.errors import LoadError


def require_items(arguments: Mapping[str, Any]) -> None:
    """Raises LoadError for a null or an empty text in a list, which is not a string to the provider."""
    found = sorted(_empty_items(arguments, ""))
    if found:
        raise LoadError(f"{'; '.join(f'{path} is not a string' for path in found)}. Leave empty items out of the list")


def as_read(type_: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the provider reads them back. If they differ from the given ones, every plan shows a change."""
    if type_ != "databricks_job" or not isinstance(arguments.get("task"), list):
        return dict(arguments)
    tasks = sorted((_task_as_read(task) for task in arguments["task"]), key=lambda task: str(task.get("task_key")))
    return {**arguments, "task": tasks}


def _task_as_read(task: Mapping[str, Any]) -> dict[str, Any]:
    before = task.get("depends_on")
    if not isinstance(before, list):
        return dict(task)
    return {**task, "depends_on": sorted(before, key=lambda other: str(other.get("task_key")))}


def _empty_items(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _empty_items(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            # The provider's own message.
            yield from [f"{path}[<nil>]"] if inner in (None, "") else _empty_items(inner, f"{path}.{position}")
