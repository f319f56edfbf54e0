"""Whether a version treats the groups of each declared attribute alike, as far as the hold-out can tell. Pure."""

import math
from collections.abc import Sequence

from ml.declarations import ComplianceGate
from ml.evaluation.fairness import Fairness, GroupRates
from ml.evaluation.noise import CHANCE, Rate, surely_apart
from ml.gates.verdict import Check, at_most

# Fewer chosen rows than this are no rate that groups could be compared by; nor are fewer true positives.
_MIN_CHOSEN = 30


def fairness_checks(attributes: Sequence[str], gate: ComplianceGate, groups: Sequence[Fairness]) -> list[Check]:
    """The checks of every declared attribute; none if none is declared. One that was not measured does not pass."""
    found = {group.attribute: group for group in groups}
    return [check for name in attributes for check in _of_attribute(name, found.get(name), gate)]


def _of_attribute(name: str, found: Fairness | None, gate: ComplianceGate) -> list[Check]:
    if found is None or len(found.groups) < 2:
        parity = found.demographic_parity_difference if found else math.nan
        check = at_most(f"selection rate difference by {name}", parity, gate.max_group_difference)
        enough = f"fewer than two groups of {name} have {gate.min_group_rows} hold-out rows"
        return [Check(passed=False, known=found is None, text=f"{check.text} ({enough})")]
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
    check = _difference(
        f"selection rate difference by {name}", found.demographic_parity_difference, rates, gate.max_group_difference
    )
    ratio = f"ratio of the smallest to the largest {found.selection_ratio:.2f}"
    return Check(passed=check.passed, known=check.known, text=f"{check.text} ({ratio})")


def _difference(title: str, value: float, rates: Sequence[Rate], limit: float) -> Check:
    """A difference breaks its limit if it is surely over it; groups too small to show twice the limit cannot tell."""
    least = surely_apart(rates)
    if value - least > limit:
        said = f"{title} {value:.4g} is uncertain by {value - least:.2g}: too few rows to tell it from {limit:g}"
        return Check(passed=False, known=False, text=said)
    sure = f"surely at least {max(0.0, least):.4g}"
    if least > limit:
        return Check(passed=False, text=f"{title} {value:.4g} is over the limit {limit:g}, {sure}")
    over = f"over the limit {limit:g} by no more than chance explains" if value > limit else f"at most {limit:g}"
    return Check(passed=True, text=f"{title} {value:.4g} is {over}, {sure}")


def _never(name: str, found: Fairness) -> list[Check]:
    """Groups of which nobody is selected, unless they are so small that this can be chance."""
    chosen = sum(group.selection_rate * group.rows for group in found.groups)
    rate = chosen / sum(group.rows for group in found.groups)
    never = [group.group for group in found.groups if group.selection_rate == 0 and (1 - rate) ** group.rows < CHANCE]
    return [Check(passed=False, text=f"nobody of {name} {', '.join(never)} is ever selected")] if never else []


def _ratio(name: str, found: Fairness, gate: ComplianceGate) -> list[Check]:
    """The four-fifths rule, if it is declared: broken if a rate is surely under that share of another."""
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
    """The difference of true positive rates, of groups with enough true positives; fewer than two: it is only said."""
    judged: list[GroupRates] = [group for group in found.groups if group.positives >= _MIN_CHOSEN]
    if len(judged) < 2:
        said = f"equal opportunity by {name}: fewer than two groups have {_MIN_CHOSEN} true positives"
        return Check(passed=True, text=said)
    rates = [Rate(rows=group.positives, rate=group.true_positive_rate) for group in judged]
    value = max(rate.rate for rate in rates) - min(rate.rate for rate in rates)
    least = surely_apart(rates)
    title = f"equal opportunity difference by {name} {value:.4g}"
    if least > gate.max_group_difference:
        return Check(passed=False, text=f"{title} is over the limit {gate.max_group_difference:g}, surely {least:.4g}")
    return Check(passed=True, text=f"{title} is not over {gate.max_group_difference:g} by more than chance")
