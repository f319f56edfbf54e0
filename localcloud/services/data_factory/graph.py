"""The activities of a pipeline that can start, those that are skipped, and the pipeline's result. Pure.

An activity depends on others by conditions: of those named for one of them one must hold, and so for each of them. The
pipeline's end is that of its last activities; for one that was skipped, of those before it
(https://learn.microsoft.com/azure/data-factory/tutorial-pipeline-failure-error-handling).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any

Activity = Mapping[str, Any]


class Status(StrEnum):
    """The status of a pipeline run or an activity."""

    QUEUED = "Queued"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"
    CANCELLED = "Cancelled"


CONDITIONS = ("Succeeded", "Failed", "Skipped", "Completed")


def problems(activities: Sequence[Activity]) -> list[str]:
    """Problems of the graph; empty if there are none."""
    names = [str(each.get("name") or "") for each in activities]
    found = [] if all(names) else ["an activity has no name"]
    found += [f"the name '{name}' is used twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for each in activities:
        for edge in each.get("dependsOn") or []:
            if edge.get("activity") not in names:
                found.append(f"'{each.get('name')}' depends on '{edge.get('activity')}', which is not an activity")
            wrong = [one for one in edge.get("dependencyConditions") or [None] if one not in CONDITIONS]
            if wrong:
                found.append(f"'{each.get('name')}' has the condition {wrong[0]!r}: use {', '.join(CONDITIONS)}")
    return found or _circles(activities)


def _circles(activities: Sequence[Activity]) -> list[str]:
    try:
        list(TopologicalSorter({each["name"]: before(each) for each in activities}).static_order())
    except CycleError as error:
        return [f"the activities depend on each other in a circle: {' -> '.join(error.args[1])}"]
    return []


def before(activity: Activity) -> list[str]:
    """The activities that it depends on."""
    return [str(edge["activity"]) for edge in activity.get("dependsOn") or []]


def next_step(
    activities: Sequence[Activity], ended: Mapping[str, Status], running: frozenset[str]
) -> tuple[list[Activity], list[str]]:
    """The activities to start now, and the names of those to skip now."""
    open_ = [each for each in activities if each["name"] not in ended and each["name"] not in running]
    ready = [each for each in open_ if all(name in ended for name in before(each))]
    skipped = [str(each["name"]) for each in ready if not _holds(each, ended)]
    return [each for each in ready if each["name"] not in skipped], skipped


def _holds(activity: Activity, ended: Mapping[str, Status]) -> bool:
    return all(
        any(_met(condition, ended[edge["activity"]]) for condition in edge["dependencyConditions"])
        for edge in activity.get("dependsOn") or []
    )


def _met(condition: str, status: Status) -> bool:
    if condition == "Completed":
        return status in (Status.SUCCEEDED, Status.FAILED)
    return condition == status.value


def result(activities: Sequence[Activity], ended: Mapping[str, Status]) -> tuple[Status, list[str]]:
    """The pipeline's result, and the names of the failed activities that caused it."""
    by_name = {str(each["name"]): each for each in activities}
    inner = {name for each in activities for name in before(each)}
    judged = {one for name in by_name if name not in inner for one in _judged(name, by_name, ended)}
    failed = [name for name in by_name if name in judged and ended[name] is not Status.SUCCEEDED]
    return (Status.FAILED if failed else Status.SUCCEEDED), failed


def _judged(name: str, by_name: Mapping[str, Activity], ended: Mapping[str, Status]) -> set[str]:
    """The activity itself, or its predecessors if it was skipped."""
    above = before(by_name[name])
    if ended[name] is not Status.SKIPPED or not above:
        return {name}
    return {one for parent in above for one in _judged(parent, by_name, ended)}
