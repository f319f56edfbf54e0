"""Dynamic value references such as `{{job.run_id}}` and `{{tasks.a.values.b}}`. Pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localcloud.services.jobs.graph import Ended

_REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_QUOTED = re.compile(r"\[['\"]([^'\"]+)['\"]\]")


class UnknownReferenceError(ValueError):
    """A reference without a value. The message names it and the known ones."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """All values that references of one task can have. Times are epoch milliseconds, UTC."""

    job_id: int
    job_name: str
    run_id: int
    repair_count: int
    trigger: str
    start_time_ms: int
    trigger_time_ms: int
    parameters: Mapping[str, str]
    workspace_id: int
    workspace_url: str
    task_name: str
    task_run_id: int
    execution_count: int
    ended: Mapping[str, Ended] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    run_ids: Mapping[str, int] = field(default_factory=dict)
    # What a model-update trigger started the run for; empty for any other run.
    model_updates: Sequence[Any] = ()
    # The element of a for_each_task's inputs that this iteration is for.
    item: Any = None


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with every reference in it replaced, in strings at any depth.

    Raises UnknownReferenceError for one that stands for nothing: a task must not run with it verbatim.
    """
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _text(_lookup(match.group(1), scope)), value)
    if isinstance(value, Mapping):
        return {key: resolve(inner, scope) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(inner, scope) for inner in value]
    return value


def references(value: Any) -> set[str]:
    """The references inside `value`, without their braces."""
    if isinstance(value, str):
        return set(_REFERENCE.findall(value))
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {found for item in inner for found in references(item)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _lookup(reference: str, scope: Scope) -> Any:
    path = _QUOTED.sub(r".\1", reference)
    head, _, rest = path.partition(".")
    finders: dict[str, Callable[[str, Scope], Any]] = {
        "job": _job,
        "task": _task,
        "tasks": _other_task,
        "workspace": _workspace,
        "input": _input,
    }
    if head not in finders:
        raise _unknown(reference, "references begin with", finders)
    return finders[head](rest, scope)


def _job(path: str, scope: Scope) -> Any:
    if path.startswith("parameters."):
        name = path.removeprefix("parameters.")
        if name not in scope.parameters:
            raise _unknown(f"job.{path}", "the job's parameters are", scope.parameters)
        return scope.parameters[name]
    if path.startswith("start_time."):
        return _time(path, scope.start_time_ms)
    if path.startswith("trigger.time."):
        return _time(path.removeprefix("trigger."), scope.trigger_time_ms)
    known = {
        "id": scope.job_id,
        "name": scope.job_name,
        "run_id": scope.run_id,
        "repair_count": scope.repair_count,
        "trigger.type": scope.trigger,
        "trigger.model.updates": list(scope.model_updates),
    }
    if path not in known:
        raise _unknown(f"job.{path}", "known are job.parameters.<name>, job.start_time.<part> and job.", known)
    return known[path]


def _time(path: str, epoch_ms: int) -> Any:
    part = path.rpartition(".")[2]
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    known = {
        "iso_date": moment.strftime("%Y-%m-%d"),
        "iso_datetime": moment.strftime("%Y-%m-%dT%H:%M:%S"),
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "minute": moment.minute,
        "second": moment.second,
        "iso_weekday": moment.isoweekday(),
        "is_weekday": moment.isoweekday() <= 5,
        "timestamp_ms": epoch_ms,
    }
    if part not in known:
        raise _unknown(f"job.{path}", "its parts are", known)
    return known[part]


def _task(path: str, scope: Scope) -> Any:
    known = {"name": scope.task_name, "run_id": scope.task_run_id, "execution_count": scope.execution_count}
    if path not in known:
        raise _unknown(f"task.{path}", "known are task.", known)
    return known[path]


def _other_task(path: str, scope: Scope) -> Any:
    name, _, what = path.partition(".")
    if name not in scope.ended:
        raise _unknown(f"tasks.{path}", "tasks that ended before this one are", scope.ended)
    if what == "result_state":
        return scope.ended[name].result.value.lower()
    if what == "run_id":
        return scope.run_ids[name]
    if what == "outcome" and scope.ended[name].outcome is not None:
        return scope.ended[name].outcome
    values = scope.values.get(name, {})
    if what.startswith("values.") and what.removeprefix("values.") in values:
        return values[what.removeprefix("values.")]
    raise _unknown(f"tasks.{path}", f"task {name!r} has result_state, run_id and the values", values)


def _workspace(path: str, scope: Scope) -> Any:
    known = {"id": scope.workspace_id, "url": scope.workspace_url}
    if path not in known:
        raise _unknown(f"workspace.{path}", "known are workspace.", known)
    return known[path]


def _input(path: str, scope: Scope) -> Any:
    if scope.item is None:
        raise UnknownReferenceError("{{input}} stands for nothing outside a for_each_task")
    if not path:
        return scope.item
    if not isinstance(scope.item, Mapping) or path not in scope.item:
        raise _unknown(f"input.{path}", "its keys are", scope.item if isinstance(scope.item, Mapping) else {})
    return scope.item[path]


def _unknown(reference: str, says: str, known: Mapping[str, Any]) -> UnknownReferenceError:
    return UnknownReferenceError(f"{{{{{reference}}}}} stands for nothing: {says} {', '.join(known) or '(none)'}")
