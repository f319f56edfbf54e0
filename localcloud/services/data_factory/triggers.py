"""Triggers on the local clock: which fire, what they start, and their stored state.

A schedule fires once per step of the clock, at its last time in it; a tumbling window for every window that is over; a
storage event for every blob that was written since the last look, when the clock is next stepped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import definitions, records, recurrence, storage, windows
from localcloud.services.data_factory.definitions import SCHEDULE, STORAGE, WINDOW
from localcloud.services.data_factory.expressions import ExpressionError, evaluate
from localcloud.services.data_factory.functions import moment_of, written
from localcloud.services.data_factory.pipelines import pipelines_of
from localcloud.services.data_factory.scope import of_trigger

_TYPE = "Microsoft.DataFactory/factories/triggers"
_MEMORY = "data_factory_trigger"
FIRED = (SCHEDULE, WINDOW, STORAGE)


@dataclass(frozen=True, kw_only=True)
class Fire:
    """A trigger that fires `at` a local time. `says`: values for expressions; `memory`: state stored afterwards."""

    at: datetime
    trigger: Document
    says: Mapping[str, Any]
    memory: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> ResourceId:
        """The trigger's id."""
        return ResourceId(self.trigger["id"])


def started(cloud: Cloud) -> list[Document]:
    """The started triggers that fire here, oldest first."""
    found = [each for each in cloud.store.all(resources.KIND) if each["type"].lower() == _TYPE.lower()]
    running = [each for each in found if each["properties"].get("runtimeState") == "Started"]
    return [each for each in running if each["properties"].get("type") in FIRED]


def begin(cloud: Cloud, trigger: Document) -> None:
    """Start a trigger: existing blobs start nothing."""
    if trigger["properties"].get("type") == STORAGE:
        seen = storage.blobs(cloud, trigger["properties"]["typeProperties"])
        cloud.store.put(_MEMORY, ResourceId(trigger["id"]).key, {"seen": seen})


def due(cloud: Cloud, now: datetime, until: datetime) -> list[Fire]:
    """The triggers that fire after `now` and up to `until`."""
    return [fire for trigger in started(cloud) for fire in _due(cloud, trigger, now, until)]


def next_due(cloud: Cloud, trigger: Document, now: datetime) -> datetime | None:
    """When a trigger next fires, if known; None for never, or for one that waits for a blob."""
    own = trigger["properties"]["typeProperties"]
    match trigger["properties"]["type"]:
        case "ScheduleTrigger":
            return recurrence.next_fire(own["recurrence"], now)
        case "TumblingWindowTrigger":
            at = windows.next_due(own, _done(cloud, trigger, own))
            return max(at, now) if at else None
    return None


def fire(cloud: Cloud, what: Fire) -> list[Document]:
    """Start the trigger's pipelines; returns the runs. If a pipeline cannot be started, only the trigger run fails."""
    started_runs, problems = [], []
    factory = what.id.parent
    for each in definitions.started_by(what.trigger["properties"]):
        name = str((each.get("pipelineReference") or {}).get("referenceName"))
        try:
            given = evaluate(each.get("parameters") or {}, of_trigger(what.id.name, what.says))
            started_runs.append(pipelines_of(cloud).submit(factory, name, given, what.says))
        except (ApiError, ExpressionError) as error:
            problems.append(getattr(error, "message", str(error)))
    _record(cloud, what, started_runs, problems)
    if what.memory:
        kept = cloud.store.get(_MEMORY, what.id.key) or {}
        seen = {**kept.get("seen", {}), **what.memory.get("seen", {})}
        cloud.store.put(_MEMORY, what.id.key, {**kept, **what.memory, "seen": seen})
    return started_runs


def _due(cloud: Cloud, trigger: Document, now: datetime, until: datetime) -> Iterator[Fire]:
    own, kind = trigger["properties"]["typeProperties"], trigger["properties"]["type"]
    base = {"id": trigger["id"], "name": trigger["name"], "type": kind}
    if kind == SCHEDULE:
        at = recurrence.last_fire(own["recurrence"], now, until)
        if at is not None:
            says = {**base, "scheduledTime": written(at), "startTime": written(at)}
            yield Fire(at=at, trigger=trigger, says=says)
    elif kind == WINDOW:
        limits = {"maxConcurrency": own.get("maxConcurrency"), "retries": (own.get("retryPolicy") or {}).get("count")}
        for each in windows.due(own, _done(cloud, trigger, own), now, until):
            times = {"windowStartTime": written(each.start), "windowEndTime": written(each.end)}
            says = {**base, **limits, "startTime": written(each.at), "outputs": times}
            memory = {"from": own["startTime"], "until": written(each.end)}
            yield Fire(at=each.at, trigger=trigger, says=says, memory=memory)
    else:
        seen = (cloud.store.get(_MEMORY, ResourceId(trigger["id"]).key) or {}).get("seen", {})
        for path, written_ns in storage.blobs(cloud, own).items():
            if seen.get(path) != written_ns:
                says = {**base, "startTime": written(now), "outputs": {"body": storage.body_of(path)}}
                yield Fire(at=now, trigger=trigger, says=says, memory={"seen": {path: written_ns}})


def _done(cloud: Cloud, trigger: Document, own: Mapping[str, Any]) -> datetime | None:
    """The end of the last window that was run; None if the trigger starts anew."""
    kept = cloud.store.get(_MEMORY, ResourceId(trigger["id"]).key) or {}
    return moment_of(kept["until"]) if kept.get("from") == own["startTime"] else None


def _record(cloud: Cloud, what: Fire, runs: list[Document], problems: list[str]) -> None:
    run_id = str(cloud.store.next_id(records.TRIGGER_RUN))
    document = {
        "triggerRunId": run_id,
        "factory": what.id.parent.path,
        "triggerName": what.id.name,
        "triggerType": what.says["type"],
        "triggerRunTimestamp": records.now(),
        "status": "Failed" if problems else "Succeeded",
        "message": "; ".join(problems) or None,
        "properties": {"TriggerTime": what.says["startTime"], **(what.says.get("outputs") or {})},
        "triggeredPipelines": {run["pipelineName"]: run["runId"] for run in runs},
    }
    cloud.store.put(records.TRIGGER_RUN, run_id, document)
