"""Checks that the groups of an attribute are selected alike at the threshold, as far as the hold-out can show. Pure."""

from ml.declarations import ComplianceGate
from ml.evaluation.checks import Check
from ml.evaluation.fairness import Fairness, GroupRates
from ml.evaluation.noise import CHANCE, Rate, surely_apart
from ml.problems.judging import beyond_chance, rate_difference, too_few_groups

RETRAINS = False

# With fewer selected rows or true positives, rates are too uncertain to compare groups.
_MIN_CHOSEN = 30


def selection_checks(found: Fairness, gate: ComplianceGate) -> list[Check]:
    """Checks of selection rates, groups that are never selected, the declared ratio, and true positive rates."""
    name = found.attribute
    if len(found.groups) < 2:
        return [too_few_groups(f"selection rate difference by {name}", name, gate.min_group_rows)]
    chosen = round(sum(group.selection_rate * group.rows for group in found.groups))
    if chosen < _MIN_CHOSEN:
        rows = sum(group.rows for group in found.groups)
        said = (
            f"{chosen} of {rows} rows are selected at {gate.decision_threshold:g}: too few to compare groups of {name}"
        )
        return [Check(passed=False, known=False, text=f"{said}; declare the threshold that decides")]
    return [
        _selection(name, found, gate),
        *_never(name, found),
        *_ratio(name, found, gate),
        _opportunity(name, found, gate),
    ]


def _selection(name: str, found: Fairness, gate: ComplianceGate) -> Check:
    rates = [Rate(rows=group.rows, rate=group.selection_rate) for group in found.groups]
    check = rate_difference(f"selection rate difference by {name}", rates, gate.max_group_difference)
    ratio = f"ratio of the smallest to the largest {found.selection_ratio:.2f}"
    return Check(passed=check.passed, known=check.known, text=f"{check.text} ({ratio})")


def _never(name: str, found: Fairness) -> list[Check]:
    """Groups without any selected row, unless they are so small that this can be chance."""
    chosen = sum(group.selection_rate * group.rows for group in found.groups)
    rate = chosen / sum(group.rows for group in found.groups)
    never = [group.group for group in found.groups if group.selection_rate == 0 and (1 - rate) ** group.rows < CHANCE]
    return [Check(passed=False, text=f"nobody in {name} {', '.join(never)} is ever selected")] if never else []


def _ratio(name: str, found: Fairness, gate: ComplianceGate) -> list[Check]:
    """The four-fifths rule, if declared: broken if a rate is certainly below that share of another."""
    share = gate.min_selection_ratio
    if share is None:
        return []
    rates = [Rate(rows=group.rows, rate=group.selection_rate) for group in found.groups]
    broken = surely_apart(rates, share) > 0
    said = f"selection ratio by {name} {found.selection_ratio:.2f}"
    if broken:
        return [Check(passed=False, text=f"{said} is under the limit {share:g} by more than chance")]
    under = "under it by no more than chance explains" if found.selection_ratio < share else "reached"
    return [Check(passed=True, text=f"{said}, limit {share:g}: {under}")]


def _opportunity(name: str, found: Fairness, gate: ComplianceGate) -> Check:
    """The difference of true positive rates between groups with enough true positives; below two groups only a note."""
    judged: list[GroupRates] = [group for group in found.groups if group.positives >= _MIN_CHOSEN]
    if len(judged) < 2:
        said = f"equal opportunity by {name}: fewer than two groups have {_MIN_CHOSEN} true positives"
        return Check(passed=True, text=said)
    rates = [Rate(rows=group.positives, rate=group.true_positive_rate) for group in judged]
    return beyond_chance(f"equal opportunity difference by {name}", rates, gate.max_group_difference)
