"""Validation of pipelines and triggers when they are created. Pure; raises `AzureError` 400."""

from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import containers, control, graph, policy, recurrence, variables, windows

# What runs here. Activities of other types are kept; a run of a pipeline with one is refused.
EXECUTED = ("WebActivity", "DatabricksNotebook", "DatabricksSparkPython", "DatabricksJob", *control.KINDS)
SCHEDULE, WINDOW, STORAGE = "ScheduleTrigger", "TumblingWindowTrigger", "BlobEventsTrigger"
_MOST_ACTIVITIES = 80
_CREATED = "Microsoft.Storage.BlobCreated"


def require_pipeline(name: str, own: Mapping[str, Any]) -> None:
    """Raise `AzureError` naming all problems of a pipeline."""
    activities = own.get("activities") or []
    if not containers.readable(activities):
        raise invalid("BadRequest", f"Pipeline '{name}' is not valid: activities are not a list of objects.")
    whole = list(containers.everything(activities))
    found = [] if len(whole) <= _MOST_ACTIVITIES else [f"it has {len(whole)} activities, at most 80 are taken"]
    limit = own.get("concurrency")
    if limit is not None and (type(limit) is not int or limit < 1):
        found.append(f"concurrency is {limit!r}: give 1 or more")
    found += [problem for block in containers.blocks(activities) for problem in graph.problems(block)]
    found += [f"'{each.get('name')}': {problem}" for each in whole for problem in policy.problems(each)]
    found += [*containers.problems(activities), *variables.problems(own.get("variables") or {})]
    if found:
        raise invalid("BadRequest", f"Pipeline '{name}' is not valid: {'; '.join(found)}.")


def require_runnable(name: str, own: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The activities of a pipeline. Raises `AzureError` 501 naming those that cannot run here."""
    activities: Sequence[Mapping[str, Any]] = own.get("activities") or []
    whole = containers.everything(activities)
    foreign = [f"{each.get('name')} ({each.get('type')})" for each in whole if each.get("type") not in EXECUTED]
    if foreign:
        message = f"Pipeline '{name}' has {', '.join(foreign)}: the local cloud runs {', '.join(EXECUTED)}."
        raise AzureError(501, "NotImplemented", message)
    return activities


def parameters_of(name: str, own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a run: declared defaults overridden by `given`. Raises `AzureError` for unknown ones."""
    declared = own.get("parameters") or {}
    unknown = sorted(set(given) - set(declared))
    defaults = {each: said["defaultValue"] for each, said in declared.items() if "defaultValue" in said}
    values = defaults | dict(given)
    absent = sorted(set(declared) - set(values))
    if unknown or absent:
        said = [f"it has no parameter {each}" for each in unknown] + [f"{each} has no value" for each in absent]
        known = ", ".join(declared) or "none"
        raise invalid("BadRequest", f"Pipeline '{name}': {'; '.join(said)}; its parameters are: {known}.")
    return values


def require_trigger(name: str, own: Mapping[str, Any]) -> None:
    """Raise `AzureError` naming all problems of a trigger."""
    said = own.get("typeProperties") or {}
    match own.get("type"):
        case "ScheduleTrigger":
            found = recurrence.problems(said.get("recurrence") or {})
        case "TumblingWindowTrigger":
            found = windows.problems(said)
        case "BlobEventsTrigger":
            found = _storage_problems(said)
        case _:
            found = [] if own.get("type") else ["it has no type"]
    if found:
        raise invalid("BadRequest", f"Trigger '{name}' is not valid: {'; '.join(found)}.")


def started_by(own: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The pipelines that a trigger starts, each with its parameters."""
    single = own.get("pipeline")
    return [single] if single else list(own.get("pipelines") or [])


def _storage_problems(said: Mapping[str, Any]) -> list[str]:
    found = []
    if ResourceId(str(said.get("scope"))).type.lower() != "microsoft.storage/storageaccounts":
        found.append(f"scope is {said.get('scope')!r}: give the id of a storage account")
    if not said.get("blobPathBeginsWith") and not said.get("blobPathEndsWith"):
        found.append("it has neither blobPathBeginsWith nor blobPathEndsWith")
    if said.get("events") != [_CREATED]:
        found.append(f"events is {said.get('events')!r}: here it fires by {_CREATED}")
    return found
