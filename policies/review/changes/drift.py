"""Changes made outside Terraform, except values that providers fill in automatically.

Drift is a change that the plan undoes, a change of a configured attribute, or a missing resource. Anything else (an id
that became known, a list that a neighbouring resource fills) is not a person's change, and would make every plan look
drifted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.review.changes.differences import Difference, differences
from policies.review.changes.masking import hide_forms
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One resource that differs from the state. `undone`: whether applying the plan changes it back."""

    address: str
    action: Action
    differences: tuple[Difference, ...]
    undone: bool


def drift(plan: Plan, hide: Callable[[str], str] = hide_forms) -> list[Drift]:
    """One entry per resource that somebody changed, in the plan's order, with secrets removed by `hide`."""
    touched = {change.address for change in plan.changes if not change.deposed}
    found = []
    for change in plan.drift:
        undone = change.address in touched
        told = [item for item in differences(change, hide) if _counts(plan, change, item)]
        if told or change.action is not Action.UPDATE:
            found.append(Drift(address=change.address, action=change.action, differences=tuple(told), undone=undone))
    return found


def _counts(plan: Plan, change: Change, difference: Difference) -> bool:
    configured = plan.configuration.of(change.address)
    root = difference.path.partition(".")[0].partition("[")[0]
    return configured is None or root in configured.settings


def unexplained(plan: Plan, shown: Sequence[Drift]) -> int:
    """The number of resources that differ only in attributes that the configuration leaves to the provider."""
    return len(plan.drift) - len(shown)
