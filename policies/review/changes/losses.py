"""Losses: resources that are destroyed, replaced or forgotten, what is lost with them, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policies.review.changes.names import Names
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan
from policies.yaml_model import Entry, Text, read_model

CONSEQUENCES = Path(__file__).parent / "consequences.yaml"
_GOES = (Action.DELETE, Action.REPLACE, Action.FORGET, Action.UNKNOWN)
_DEPOSED = "an earlier apply replaced it and could not destroy it"
_REASONS: Mapping[str, str] = {
    "delete_because_no_resource_config": "the configuration no longer has it",
    "delete_because_no_module": "the configuration no longer has its module",
    "delete_because_wrong_repetition": "the configuration changed its count or for_each",
    "delete_because_count_index": "the configuration has fewer of it",
    "delete_because_each_key": "the configuration no longer has its key",
    "delete_because_no_move_target": "the configuration no longer has what it was moved to",
    "replace_because_tainted": "an earlier apply left it broken",
    "replace_by_request": "somebody asked for it (-replace)",
    "replace_by_triggers": "replace_triggered_by",
}


class Consequence(Entry):
    """What is `lost` when a resource of a type goes away; `data`: something that an apply does not bring back."""

    lost: Text
    data: bool


_OF_UNKNOWN_TYPE = Consequence(lost="unknown: this type is not in policies/review/changes/consequences.yaml", data=True)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One resource that goes away. `data`: whether an apply cannot restore all of it."""

    address: str
    type: str
    name: str
    action: Action
    lost: str
    data: bool
    forced_by: tuple[str, ...]
    reason: str
    deposed: str = ""


def losses(plan: Plan, names: Names, path: Path = CONSEQUENCES) -> list[Loss]:
    """The resources that go away, those with data first, then in plan order. Raises RulesError if `path` is wrong."""
    known = _consequences(path)
    found = [_loss(change, names, known) for change in plan.changes if change.action in _GOES]
    return sorted(found, key=lambda loss: (not loss.data, loss.action is not Action.DELETE))


@cache
def _consequences(path: Path) -> Mapping[str, Consequence]:
    return read_model(path, dict[str, Consequence])


def _loss(change: Change, names: Names, known: Mapping[str, Consequence]) -> Loss:
    of_type = known.get(change.type, _OF_UNKNOWN_TYPE)
    lost, data = of_type.lost, of_type.data
    if change.action is Action.FORGET:
        lost, data = "nothing yet: it lives on, and Terraform no longer manages it", False
    elif change.action is Action.UNKNOWN:
        lost, data = "unknown: the plan names an action that this review does not know", True
    return Loss(
        address=change.address,
        type=change.type,
        name=names.of(change, change.before if isinstance(change.before, Mapping) else None),
        action=change.action,
        lost=lost,
        data=data,
        forced_by=change.forced_by,
        reason=_DEPOSED if change.deposed else _REASONS.get(change.reason, ""),
        deposed=change.deposed,
    )
