"""Documents of pipeline runs, activity runs and trigger runs, with their output and search.

Kinds in the store: `data_factory_run` by run id, its activity runs inside; `data_factory_trigger_run` by its own id.
Follows https://learn.microsoft.com/rest/api/datafactory/pipeline-runs and its neighbours.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.data_factory.functions import moment_of, written
from localcloud.services.data_factory.graph import Status

RUN, TRIGGER_RUN = "data_factory_run", "data_factory_trigger_run"
INTERRUPTED = "The run was interrupted: the local cloud stopped while it was under way. Start it again."
_PAGE = 100
_COMPARISONS: Mapping[str, Callable[[Any, Sequence[str]], bool]] = {
    "Equals": lambda value, wanted: value == wanted[0],
    "NotEquals": lambda value, wanted: value != wanted[0],
    "In": lambda value, wanted: value in wanted,
    "NotIn": lambda value, wanted: value not in wanted,
}


def now() -> str:
    """The current time in Data Factory's format."""
    return written(datetime.now(UTC))


def new_run(factory: str, pipeline: str, parameters: Mapping[str, Any], trigger: Mapping[str, Any]) -> Document:
    """A queued run. `trigger`: `name`, `type` and, for a real one, values for expressions; see `triggers`."""
    return {
        "runId": str(uuid.uuid4()),
        "factory": factory,
        "pipelineName": pipeline,
        "parameters": dict(parameters),
        "trigger": dict(trigger),
        "status": Status.QUEUED.value,
        "message": "",
        "runStart": now(),
        "runEnd": None,
        "lastUpdated": now(),
        "activities": [],
    }


def new_activity(run: Document, activity: Mapping[str, Any], attempt: int) -> Document:
    """An attempt of an activity, added to its run."""
    linked = (activity.get("linkedServiceName") or {}).get("referenceName")
    row: Document = {
        "activityRunId": str(uuid.uuid4()),
        "activityName": activity["name"],
        "activityType": activity["type"],
        "linkedServiceName": linked,
        "retryAttempt": attempt or None,
        "status": Status.IN_PROGRESS.value,
        "activityRunStart": now(),
        "activityRunEnd": None,
        "input": {},
        "output": {},
        "error": _no_error(activity),
    }
    run["activities"].append(row)
    return row


def end(part: Document, status: Status, which: str) -> None:
    """Finish a run or an attempt; `which` names its end time: `runEnd` or `activityRunEnd`."""
    part.update(status=status.value, **{which: now()})


def save(cloud: Cloud, run: Document) -> None:
    """Store a run."""
    run["lastUpdated"] = now()
    cloud.store.put(RUN, run["runId"], run)


def require(cloud: Cloud, factory: str, run_id: str) -> Document:
    """A run of this factory. Raises `AzureError` 404."""
    found = cloud.store.get(RUN, run_id)
    if found is None or found["factory"].lower() != factory.lower():
        raise AzureError(404, "RunNotFound", f"Pipeline run '{run_id}' was not found.")
    return found


def is_final(run: Mapping[str, Any]) -> bool:
    """Whether it has finished."""
    return run["status"] not in (Status.QUEUED, Status.IN_PROGRESS)


def shown(run: Document) -> Document:
    """A run as returned by monitoring."""
    by = run["trigger"]
    names = ("runId", "pipelineName", "parameters", "status", "message", "runStart", "runEnd", "lastUpdated")
    return {name: run[name] for name in names} | {
        "runGroupId": run["runId"],
        "isLatest": True,
        "durationInMs": _duration_ms(run["runStart"], run["runEnd"]),
        "invokedBy": {"id": by.get("id"), "name": by["name"], "invokedByType": by["type"]},
        "runDimensions": {},
    }


def shown_activity(run: Document, row: Document) -> Document:
    """An attempt of an activity as returned by monitoring."""
    duration_ms = _duration_ms(row["activityRunStart"], row["activityRunEnd"])
    return {**row, "durationInMs": duration_ms, "pipelineName": run["pipelineName"], "pipelineRunId": run["runId"]}


def page(found: list[Document], query: Mapping[str, Any], *, time: str, fields: Mapping[str, str]) -> Document:
    """The page of a query: `time` is the field that its two times limit, `fields` map its operands.

    Raises `AzureError` 400 for a query without the two times, and for operands and operators that do not exist.
    """
    token = str(query.get("continuationToken") or 0)
    parts = [*(query.get("filters") or []), *(query.get("orderBy") or [])]
    if not token.isdecimal() or not all(isinstance(each, dict) for each in parts):
        raise invalid("BadRequest", "continuationToken, filters or orderBy is not understood.")
    after, before = _bound(query, "lastUpdatedAfter"), _bound(query, "lastUpdatedBefore")
    kept = [row for row in found if after <= moment_of(row[time]) <= before]
    for each in query.get("filters") or []:
        operand, operator = each.get("operand"), each.get("operator")
        if operand not in fields or operator not in _COMPARISONS:
            known = f"{', '.join(fields)}; {', '.join(_COMPARISONS)}"
            raise invalid("BadRequest", f"Filter {operand!r} {operator!r} is not understood; understood are {known}.")
        compare, wanted = _COMPARISONS[operator], [str(value) for value in each.get("values") or [""]]
        kept = [row for row in kept if compare(row[fields[operand]], wanted)]
    for order in reversed(query.get("orderBy") or []):
        name = fields.get(order.get("orderBy"), time)
        kept = sorted(kept, key=partial(_place, name), reverse=order.get("order") == "DESC")
    first = int(token)
    more = {"continuationToken": str(first + _PAGE)} if len(kept) > first + _PAGE else {}
    return {"value": kept[first : first + _PAGE], **more}


def _place(name: str, row: Document) -> str:
    return str(row[name] or "")


def _bound(query: Mapping[str, Any], name: str) -> datetime:
    try:
        return moment_of(str(query[name]))
    except (KeyError, ValueError) as error:
        raise invalid("BadRequest", f"{name} is {query.get(name)!r}: give a time in ISO 8601.") from error


def _duration_ms(start: str, ended: str | None) -> int | None:
    return int((moment_of(ended) - moment_of(start)).total_seconds() * 1000) if ended else None


def _no_error(activity: Mapping[str, Any]) -> Document:
    return {"errorCode": "", "message": "", "failureType": "", "target": activity["name"]}
