"""The task graph: which tasks may start, and which will not run. Pure; independent of processes and documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any


class Result(StrEnum):
    """How a task or a run ended, in Databricks' words."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEDOUT = "TIMEDOUT"
    CANCELED = "CANCELED"
    EXCLUDED = "EXCLUDED"
    DISABLED = "DISABLED"
    UPSTREAM_FAILED = "UPSTREAM_FAILED"
    UPSTREAM_CANCELED = "UPSTREAM_CANCELED"
    SUCCESS_WITH_FAILURES = "SUCCESS_WITH_FAILURES"
    MAXIMUM_CONCURRENT_RUNS_REACHED = "MAXIMUM_CONCURRENT_RUNS_REACHED"


# Left out on purpose: counts as success for the tasks below and for the run.
LEFT_OUT = frozenset({Result.EXCLUDED, Result.DISABLED})
FAILURES = frozenset(
    {Result.FAILED, Result.TIMEDOUT, Result.CANCELED, Result.UPSTREAM_FAILED, Result.UPSTREAM_CANCELED}
)
RUN_IF = ("ALL_SUCCESS", "ALL_DONE", "NONE_FAILED", "AT_LEAST_ONE_SUCCESS", "ALL_FAILED", "AT_LEAST_ONE_FAILED")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A finished task. `outcome` is `true` or `false` for a condition task."""

    result: Result
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next step: tasks to `start`; the others end without running, as `settled` says."""

    start: tuple[str, ...] = ()
    settled: Mapping[str, Result] = field(default_factory=dict)


def problems(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Problems of the task graph: repeated or missing keys, unknown dependencies, cycles. Empty if there are none."""
    keys = [str(task.get("task_key", "")) for task in tasks]
    found = [] if all(keys) else ["a task has no task_key: name every task"]
    found += [f"task_key {key!r} is used twice: rename one" for key in sorted({k for k in keys if keys.count(k) > 1})]
    for task in tasks:
        found += [
            f"task {task.get('task_key')!r} depends on {name!r}, which is not a task of this job: {', '.join(keys)}"
            for name in _dependencies(task)
            if name not in keys
        ]
        if task.get("run_if", "ALL_SUCCESS") not in RUN_IF:
            found.append(f"task {task.get('task_key')!r} has run_if {task['run_if']!r}: use one of {', '.join(RUN_IF)}")
    return found or _cycles(tasks)


def _cycles(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    try:
        list(TopologicalSorter({task["task_key"]: _dependencies(task) for task in tasks}).static_order())
    except CycleError as error:
        return [f"the tasks depend on each other in a circle: {' -> '.join(error.args[1])}"]
    return []


def next_step(
    tasks: Sequence[Mapping[str, Any]], ended: Mapping[str, Ended], running: frozenset[str] = frozenset()
) -> Step:
    """The next step after the `ended` tasks, without the `running` ones.

    A task that settles without running may settle others: those are in the same step.
    """
    known = dict(ended)
    settled: dict[str, Result] = {}
    start: list[str] = []
    waiting = [task for task in tasks if task["task_key"] not in known and task["task_key"] not in running]
    progress = True
    while progress:
        progress = False
        for task in [task for task in waiting if all(name in known for name in _dependencies(task))]:
            waiting.remove(task)
            progress = True
            verdict = _verdict(task, known)
            if verdict is None:
                start.append(task["task_key"])
            else:
                settled[task["task_key"]] = verdict
                known[task["task_key"]] = Ended(result=verdict)
    return Step(start=tuple(start), settled=settled)


def _verdict(task: Mapping[str, Any], ended: Mapping[str, Ended]) -> Result | None:
    """None if the task is to run, else the result with which it ends without running."""
    if task.get("disabled"):
        return Result.DISABLED
    states = [_seen_through(edge, ended[edge["task_key"]]) for edge in task.get("depends_on") or ()]
    if not states:
        return None
    if all(state in LEFT_OUT for state in states):
        return Result.EXCLUDED
    mismatched = any(_mismatch(edge, ended[edge["task_key"]]) for edge in task["depends_on"])
    run_if = task.get("run_if", "ALL_SUCCESS")
    if mismatched and run_if == "ALL_SUCCESS":
        return Result.EXCLUDED
    return None if _runs(run_if, states) else _refusal(run_if, states)


def _mismatch(edge: Mapping[str, Any], upstream: Ended) -> bool:
    """Whether this edge is the branch of a condition that was not taken."""
    return bool(edge.get("outcome")) and upstream.result is Result.SUCCESS and upstream.outcome != edge["outcome"]


def _seen_through(edge: Mapping[str, Any], upstream: Ended) -> Result:
    return Result.EXCLUDED if _mismatch(edge, upstream) else upstream.result


def _runs(run_if: str, states: Sequence[Result]) -> bool:
    failed = [state in FAILURES for state in states]
    succeeded = [state is Result.SUCCESS for state in states]
    match run_if:
        case "ALL_DONE":
            return True
        case "AT_LEAST_ONE_SUCCESS":
            return any(succeeded)
        case "AT_LEAST_ONE_FAILED":
            return any(failed)
        case "ALL_FAILED":
            return all(failed)
        case _:  # ALL_SUCCESS and NONE_FAILED: what was left out counts as success
            return not any(failed)


def _refusal(run_if: str, states: Sequence[Result]) -> Result:
    # A task that handles failures has nothing to do when there are none: that is no failure of its own.
    if run_if in ("ALL_FAILED", "AT_LEAST_ONE_FAILED"):
        return Result.EXCLUDED
    canceled = {Result.CANCELED, Result.UPSTREAM_CANCELED}
    failed = [state for state in states if state in FAILURES]
    return Result.UPSTREAM_CANCELED if failed and set(failed) <= canceled else Result.UPSTREAM_FAILED


def run_result(tasks: Sequence[Mapping[str, Any]], ended: Mapping[str, Ended]) -> Result:
    """The run's result after all tasks have ended: its leaf tasks decide, as on Databricks."""
    inner = {name for task in tasks for name in _dependencies(task)}
    leaves = [ended[task["task_key"]].result for task in tasks if task["task_key"] not in inner]
    everything = [end.result for end in ended.values()]
    if any(state in FAILURES for state in leaves):
        canceled = any(state is Result.CANCELED for state in everything) and not any(
            state in (Result.FAILED, Result.TIMEDOUT) for state in everything
        )
        return Result.CANCELED if canceled else Result.FAILED
    return Result.SUCCESS_WITH_FAILURES if any(state in FAILURES for state in everything) else Result.SUCCESS


def downstream(tasks: Sequence[Mapping[str, Any]], keys: frozenset[str]) -> frozenset[str]:
    """`keys` and every task that depends on one of them, directly or not."""
    found = set(keys)
    while True:
        more = {task["task_key"] for task in tasks if set(_dependencies(task)) & found} - found
        if not more:
            return frozenset(found)
        found |= more


def _dependencies(task: Mapping[str, Any]) -> list[str]:
    return [str(edge["task_key"]) for edge in task.get("depends_on") or ()]
