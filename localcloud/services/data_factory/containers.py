"""Container activities: branches and loops, their contents, and how they may be nested. Pure.

Follows https://learn.microsoft.com/azure/data-factory/concepts-nested-activities.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Activity = Mapping[str, Any]
BRANCHES, LOOPS = ("IfCondition", "Switch"), ("ForEach", "Until")
# Fields of an activity's own properties that hold activities, and those that it cannot do without.
_LISTS = {
    "IfCondition": ("ifTrueActivities", "ifFalseActivities"),
    "Switch": ("defaultActivities",),
    "ForEach": ("activities",),
    "Until": ("activities",),
}
_NEEDED = {
    "IfCondition": ("expression",),
    "Switch": ("on",),
    "ForEach": ("items", "activities"),
    "Until": ("expression", "activities"),
}
_BATCHES = (1, 50)
_MOST_CASES = 25


def lists(activity: Activity) -> list[Sequence[Activity]]:
    """The lists of activities inside; empty for an activity that contains none."""
    own = activity.get("typeProperties") or {}
    found = [own.get(name) or [] for name in _LISTS.get(str(activity.get("type")), ())]
    cases = own.get("cases") or [] if activity.get("type") == "Switch" else []
    return [*found, *(case.get("activities") or [] for case in cases)]


def readable(activities: Any) -> bool:
    """Whether these are lists of activities, at any depth."""
    if not isinstance(activities, list) or not all(isinstance(each, Mapping) for each in activities):
        return False
    own = [each.get("typeProperties") or {} for each in activities]
    cases = [case for each in own if isinstance(each, Mapping) for case in each.get("cases") or []]
    if not all(isinstance(each, Mapping) for each in (*own, *cases)):
        return False
    return all(readable(inner) for each in activities for inner in lists(each))


def everything(activities: Sequence[Activity]) -> Iterator[Activity]:
    """Every activity, at any depth."""
    for each in activities:
        yield each
        for inner in lists(each):
            yield from everything(inner)


def blocks(activities: Sequence[Activity]) -> Iterator[Sequence[Activity]]:
    """Every list of activities that run together, at any depth."""
    yield activities
    for each in activities:
        for inner in lists(each):
            yield from blocks(inner)


def problems(activities: Sequence[Activity]) -> list[str]:
    """Problems of container activities: a loop may contain branches, no other nesting is allowed."""
    found = []
    for each in everything(activities):
        found += _own_problems(each)
        for inner in (one for held in lists(each) for one in held):
            kind, around = inner.get("type"), each.get("type")
            if kind in (*BRANCHES, *LOOPS) and not (kind in BRANCHES and around in LOOPS):
                found.append(f"'{inner.get('name')}' ({kind}) cannot be in '{each.get('name')}' ({around})")
    return found


def _own_problems(activity: Activity) -> list[str]:
    own, name = activity.get("typeProperties") or {}, activity.get("name")
    absent = [field for field in _NEEDED.get(str(activity.get("type")), ()) if not own.get(field)]
    found = [f"'{name}' lacks {', '.join(absent)}"] if absent else []
    batch = own.get("batchCount")
    if activity.get("type") == "ForEach" and batch is not None:
        fits = type(batch) is int and _BATCHES[0] <= batch <= _BATCHES[1]
        found += [] if fits else [f"'{name}' has the batchCount {batch!r}: give {_BATCHES[0]} to {_BATCHES[1]}"]
    if activity.get("type") == "Switch" and len(own.get("cases") or []) > _MOST_CASES:
        found.append(f"'{name}' has {len(own['cases'])} cases, at most {_MOST_CASES} are taken")
    return found
