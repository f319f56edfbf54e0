"""The rules that decide on a plan, read from one file. A rule that could never fire as written is an error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from policies.errors import RulesError
from policies.review.decision.conditions import (
    ChangeCondition,
    Condition,
    CostCondition,
    DriftCondition,
    FindingCondition,
    GrantCondition,
    GuardCondition,
    PlanCondition,
    SettingCondition,
)
from policies.terraform.change import Action
from policies.yaml_file import only, read_yaml, text_of, texts_of

RULES = Path(__file__).parent / "rules.yaml"


class Verdict(StrEnum):
    """What may happen with a plan, mildest first."""

    PASS = "pass"  # noqa: S105 - a verdict
    APPROVAL = "approval"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. `by` are the groups of which somebody must approve."""

    name: str
    condition: Condition
    verdict: Verdict
    by: tuple[str, ...]
    because: str


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules in `path`. Raises RulesError, naming the rule, where one is wrong."""
    found = only(path, "the file", read_yaml(path), "rules").get("rules")
    if not isinstance(found, list) or not found:
        raise RulesError(f"{path}: rules is {found!r}; a list of rules is needed, or every plan would pass")
    return tuple(_rule(path, f"rule {position}", entry) for position, entry in enumerate(found, start=1))


def _rule(path: Path, place: str, entry: Any) -> Rule:
    found = only(path, place, entry, "name", "when", "verdict", "by", "because")
    name = text_of(path, place, found, "name")
    verdict, by = found.get("verdict"), texts_of(path, name, found, "by")
    if verdict not in (Verdict.APPROVAL, Verdict.BLOCK):
        raise RulesError(f"{path}: rule {name!r} has verdict {verdict!r}; allowed are approval and block")
    if (verdict == Verdict.APPROVAL) != bool(by):
        raise RulesError(f"{path}: rule {name!r}: `by` names who approves; give it for approval, and only there")
    return Rule(
        name=name,
        condition=_condition(path, name, found.get("when")),
        verdict=Verdict(verdict),
        by=by,
        because=text_of(path, name, found, "because"),
    )


def _condition(path: Path, name: str, entry: Any) -> Condition:
    found = only(path, f"rule {name!r}", entry, *_READERS)
    if len(found) != 1:
        raise RulesError(f"{path}: rule {name!r}: `when` has {len(found)} conditions; exactly one is needed")
    kind, value = next(iter(found.items()))
    return _READERS[kind](path, name, value)


def _changes(path: Path, name: str, entry: Any) -> ChangeCondition:
    found = only(path, name, entry, "actions", "types", "data")
    actions = _choices(path, name, found, "actions", [action.value for action in Action])
    data = found.get("data")
    if data not in (None, True, False):
        raise RulesError(f"{path}: rule {name!r}: data is {data!r}; allowed are true and false")
    return ChangeCondition(actions=actions, types=texts_of(path, name, found, "types") or ("*",), data=data)


_GLOBS = ("gains", "loses", "besides", "besides_kinds", "principals", "kinds", "securables")


def _grants(path: Path, name: str, entry: Any) -> GrantCondition:
    found = only(path, name, entry, *_GLOBS, "imported")
    imported = found.get("imported")
    if imported not in (None, True):
        raise RulesError(f"{path}: rule {name!r}: imported is {imported!r}; allowed is true, or nothing")
    texts = {key: texts_of(path, name, found, key) for key in _GLOBS}
    if not texts["gains"] and not texts["loses"]:
        texts["gains"] = ("*",)
    everything = {key: texts[key] or ("*",) for key in ("principals", "kinds", "securables")}
    return GrantCondition(**(texts | everything), imported=imported)


def _settings(path: Path, name: str, entry: Any) -> SettingCondition:
    found = only(path, name, entry, "types", "attributes", "becomes", "actions")
    texts = {key: texts_of(path, name, found, key) for key in ("types", "attributes", "becomes")}
    if not (texts["types"] and texts["attributes"]):
        raise RulesError(f"{path}: rule {name!r}: types and attributes are needed, or it could never fit")
    actions = _choices(path, name, {"actions": ["update", "replace"]} | dict(found), "actions", [*_SET_BY])
    return SettingCondition(**texts, actions=actions)


def _guards(path: Path, name: str, entry: Any) -> GuardCondition:
    found = only(path, name, entry, "types", "names", "besides", "actions")
    texts = {key: texts_of(path, name, found, key) for key in ("types", "names", "besides")}
    if not (texts["types"] and texts["names"]):
        raise RulesError(f"{path}: rule {name!r}: types and names are needed, or it could never fit")
    actions = _choices(path, name, {"actions": ["update", "replace"]} | dict(found), "actions", [*_SET_BY])
    return GuardCondition(**texts, actions=actions)


# A resource that goes away sets nothing.
_SET_BY = (Action.CREATE.value, Action.UPDATE.value, Action.REPLACE.value)


def _findings(path: Path, name: str, entry: Any) -> FindingCondition:
    found = only(path, name, entry, "severities", "results")
    return FindingCondition(
        severities=_choices(path, name, found, "severities", ["critical", "high", "medium", "low", "info", "none"]),
        results=_choices(path, name, found, "results", ["fail", "unknown"]),
    )


def _cost(path: Path, name: str, entry: Any) -> CostCondition:
    above = only(path, name, entry, "above").get("above")
    if isinstance(above, bool) or not isinstance(above, int | float):
        raise RulesError(f"{path}: rule {name!r}: above is {above!r}; a number is needed")
    return CostCondition(above=float(above))


def _drift(path: Path, name: str, entry: Any) -> DriftCondition:
    undone = only(path, name, entry, "undone").get("undone")
    if not isinstance(undone, bool):
        raise RulesError(f"{path}: rule {name!r}: undone is {undone!r}; allowed are true and false")
    return DriftCondition(undone=undone)


def _plan(path: Path, name: str, entry: Any) -> PlanCondition:
    state = only(path, name, entry, "is").get("is")
    if state not in ("errored", "incomplete", "uncovers"):
        raise RulesError(f"{path}: rule {name!r}: is: {state!r}; allowed are errored, incomplete and uncovers")
    return PlanCondition(state=str(state))


def _choices(path: Path, name: str, entry: Mapping[str, Any], key: str, allowed: list[str]) -> tuple[str, ...]:
    given = texts_of(path, name, entry, key)
    wrong = [item for item in given if item not in allowed]
    if wrong or not given:
        raise RulesError(f"{path}: rule {name!r}: {key} is {list(given)}; allowed are {', '.join(allowed)}")
    return given


_READERS: Mapping[str, Callable[[Path, str, Any], Condition]] = {
    "changes": _changes,
    "grants": _grants,
    "settings": _settings,
    "guards": _guards,
    "findings": _findings,
    "cost": _cost,
    "drift": _drift,
    "plan": _plan,
}
