"""The values that expressions of a run can use: pipeline, trigger and earlier activities. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory.expressions import ExpressionError, Scope
from localcloud.services.data_factory.variables import Variables


def scope_of(
    run: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], variables: Variables, item: Sequence[Any]
) -> Scope:
    """`pipeline()`, `trigger()`, `triggerBody()`, `variables('…')`, `activity('…')` and, in a loop, `item()`.

    `known`: what activities that are over have said; `item`: the element of the loop, in a list.
    """
    trigger = dict(run["trigger"])
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
        found = known.get(name)
        if found is None:
            raise ExpressionError(f"activity('{name}') is not over: let this activity depend on it")
        return found

    return {
        "pipeline": lambda: pipeline,
        "trigger": lambda: trigger,
        "triggerbody": lambda: (trigger.get("outputs") or {}).get("body") or {},
        "activity": activity,
        "variables": variables.get,
        **({"item": lambda: item[0]} if item else {}),
    }


def of_trigger(name: str, own: Mapping[str, Any]) -> Scope:
    """The values for parameters that a trigger passes: only the trigger. `own`: data of this firing."""
    trigger = {**own, "name": name}
    return {
        "trigger": lambda: trigger,
        "triggerbody": lambda: (trigger.get("outputs") or {}).get("body") or {},
    }
