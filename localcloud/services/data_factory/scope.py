"""What the expressions of a run can ask: its pipeline, its trigger and the activities before. Pure."""

from collections.abc import Mapping
from typing import Any

from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory.expressions import ExpressionError, Scope
from localcloud.services.data_factory.graph import Status


def scope_of(run: Mapping[str, Any], ended: Mapping[str, Status], outputs: Mapping[str, Mapping[str, Any]]) -> Scope:
    """`pipeline()`, `trigger()`, `triggerBody()` and `activity('…')`, the last of activities that are over."""
    trigger = dict(run["trigger"])
    known = {name: dict(found) for name, found in outputs.items()}
    skipped = {name: {"status": status.value} for name, status in ended.items() if name not in outputs}
    pipeline = {
        "Pipeline": run["pipelineName"],
        "RunId": run["runId"],
        "GroupId": run["runId"],
        "DataFactory": ResourceId(run["factory"]).name,
        "TriggerId": trigger.get("id"),
        "TriggerName": trigger["name"],
        "TriggerType": trigger["type"],
        "TriggerTime": trigger.get("startTime") or run["runStart"],
        "parameters": run["parameters"],
    }

    def activity(name: str) -> Any:
        found = {**skipped, **known}.get(name)
        if found is None:
            raise ExpressionError(f"activity('{name}') is not over: let this activity depend on it")
        return found

    return {
        "pipeline": lambda: pipeline,
        "trigger": lambda: trigger,
        "triggerbody": lambda: (trigger.get("outputs") or {}).get("body") or {},
        "activity": activity,
    }


def of_trigger(name: str, own: Mapping[str, Any]) -> Scope:
    """What the parameters that a trigger gives can ask: the trigger alone. `own`: what it says of this firing."""
    trigger = {**own, "name": name}
    return {
        "trigger": lambda: trigger,
        "triggerbody": lambda: (trigger.get("outputs") or {}).get("body") or {},
    }
