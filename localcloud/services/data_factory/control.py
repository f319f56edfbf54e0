"""Control activities of a pipeline: branches, loops, variables, wait, fail.

Follows https://learn.microsoft.com/azure/data-factory/control-flow-if-condition-activity and its neighbours.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol

from localcloud.services.data_factory import containers
from localcloud.services.data_factory.expressions import ExpressionError, Scope, evaluate
from localcloud.services.data_factory.functions import text_of
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.identities import ActivityError
from localcloud.services.data_factory.policy import span_s
from localcloud.services.data_factory.variables import Variables

_INNER, _TIMED_OUT, _INVALID = "InnerActivityFailed", "2120", "2100"
_CANCELLED = "It was cancelled."
_DEFAULT_BATCH = 20
_DEFAULT_UNTIL = "7.00:00:00"
# A loop whose activities take no time would ask and ask.
_BETWEEN_TURNS_S = 0.02
# What is evaluated before the activity begins; the rest at its turn, or in the activities that it holds.
_OWN = {"Switch": ("on",), "ForEach": ("items",), "Wait": ("waitTimeInSeconds",), "Fail": ("message", "errorCode")}
_OWN |= {"SetVariable": ("variableName", "value"), "AppendVariable": ("variableName", "value"), "Filter": ("items",)}
_OWN |= {"IfCondition": ("expression",)}


class Inner(Protocol):
    """The activities of one iteration."""

    def conduct(self) -> tuple[Status, list[tuple[str, str]]]:
        """Run them; returns the result, and each failed activity that caused it."""

    def scope(self, *item: Any) -> Scope:
        """The values that their expressions can use."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A control activity that starts. `own`: its declared properties; `scope(item)`: values for its expressions."""

    kind: str
    own: Mapping[str, Any]
    variables: Variables
    stop: Event
    scope: Callable[..., Scope]
    inner: Callable[..., Inner]

    def read(self, name: str, *item: Any) -> Any:
        """One of its properties, evaluated."""
        return evaluate(self.own.get(name), self.scope(*item))


def own_part(turn: Turn) -> dict[str, Any]:
    """The activity's input, as monitoring shows it."""
    return {name: turn.read(name) for name in _OWN.get(turn.kind, ()) if name in turn.own}


def run(turn: Turn) -> dict[str, Any]:
    """Run the activity; returns its output. Raises ActivityError and ExpressionError."""
    return KINDS[turn.kind](turn)


def _if(turn: Turn) -> dict[str, Any]:
    branch = "ifTrueActivities" if _truth(turn.read("expression")) else "ifFalseActivities"
    _inside(turn, turn.own.get(branch) or [])
    return {}


def _switch(turn: Turn) -> dict[str, Any]:
    on = text_of(turn.read("on"))
    cases = {str(case.get("value")): case.get("activities") or [] for case in turn.own.get("cases") or []}
    _inside(turn, cases.get(on, turn.own.get("defaultActivities") or []))
    return {}


def _for_each(turn: Turn) -> dict[str, Any]:
    """Run all elements, also after a failed one."""
    items = _list(turn, "items")
    at_once = 1 if turn.own.get("isSequential") else int(turn.own.get("batchCount") or _DEFAULT_BATCH)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        failed = [error for error in pool.map(lambda item: _failure(turn, item), items) if error is not None]
    if failed:
        raise failed[0]
    return {}


def _failure(turn: Turn, item: Any) -> ActivityError | None:
    try:
        _inside(turn, turn.own["activities"], item)
    except ActivityError as error:
        return error
    return None


def _until(turn: Turn) -> dict[str, Any]:
    """Repeat until the condition holds; a failed activity fails the loop only in its last iteration."""
    deadline_s = time.monotonic() + span_s(turn.own.get("timeout") or _DEFAULT_UNTIL)
    while True:
        inner = turn.inner(turn.own["activities"])
        ended = inner.conduct()
        if _truth(evaluate(turn.own["expression"], inner.scope())) or turn.stop.is_set():
            _require_good(*ended)
            return {}
        if time.monotonic() > deadline_s:
            raise ActivityError(_TIMED_OUT, "The activity ran longer than its timeout.")
        turn.stop.wait(_BETWEEN_TURNS_S)


def _filter(turn: Turn) -> dict[str, Any]:
    items = _list(turn, "items")
    kept = [item for item in items if _truth(turn.read("condition", item))]
    return {"ItemsCount": len(items), "FilteredItemsCount": len(kept), "Value": kept}


def _set(turn: Turn) -> dict[str, Any]:
    name, value = str(turn.own.get("variableName")), turn.read("value")
    turn.variables.set(name, value)
    return {"name": name, "value": value}


def _append(turn: Turn) -> dict[str, Any]:
    name, value = str(turn.own.get("variableName")), turn.read("value")
    turn.variables.append(name, value)
    return {"name": name, "value": value}


def _wait(turn: Turn) -> dict[str, Any]:
    seconds = turn.read("waitTimeInSeconds")
    if type(seconds) is not int or seconds < 1:
        raise ActivityError(_INVALID, f"waitTimeInSeconds is {seconds!r}: give a whole number from 1 on.")
    if turn.stop.wait(seconds):
        raise ActivityError(_INVALID, _CANCELLED)
    return {}


def _fail(turn: Turn) -> dict[str, Any]:
    raise ActivityError(text_of(turn.read("errorCode")), text_of(turn.read("message")))


KINDS: Mapping[str, Callable[[Turn], dict[str, Any]]] = {
    "IfCondition": _if,
    "Switch": _switch,
    "ForEach": _for_each,
    "Until": _until,
    "Filter": _filter,
    "SetVariable": _set,
    "AppendVariable": _append,
    "Wait": _wait,
    "Fail": _fail,
}


def _inside(turn: Turn, activities: Sequence[containers.Activity], *item: Any) -> None:
    _require_good(*turn.inner(activities, item=item).conduct())


def _require_good(status: Status, failed: Sequence[tuple[str, str]]) -> None:
    if status is Status.CANCELLED:
        raise ActivityError(_INNER, _CANCELLED)
    if status is Status.FAILED:
        name, said = failed[0]
        message = f"Activity failed because an inner activity failed; Inner activity name: {name}, Error: {said}"
        raise ActivityError(_INNER, message)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"a condition must be true or false, and it is {value!r}")
    return value


def _list(turn: Turn, name: str) -> list[Any]:
    found = turn.read(name)
    if not isinstance(found, list):
        raise ExpressionError(f"{name} must be an array, and it is {text_of(found)[:80]}")
    return found
