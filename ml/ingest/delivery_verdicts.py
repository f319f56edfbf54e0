"""The verdict on a delivery: each expectation against the measures of it and of earlier deliveries. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

import numpy as np

from ml.declarations.expectations import (
    Complete,
    Expectation,
    Fresh,
    OfRows,
    Range,
    Refers,
    Severity,
    Steady,
    Unique,
    Volume,
)
from ml.evaluation.two_samples import histograms

# With fewer earlier deliveries, the usual range is unknown.
ENOUGH = 3
# Chance of a false alarm for a normal delivery: one in a thousand.
_CHANCE = 0.001


class Verdict(StrEnum):
    """From best to worst; `unknown`: there is too little data."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One measured delivery. `broken`: records that break an expectation, by its name; `counts`: records in each bin
    between `edges`, by column, the last bin above all edges; `period_ended`: the day after its newest period.
    """

    source_file: str
    source_sha256: str
    rows: int
    loaded_at: datetime
    newest_period: date | None
    period_ended: date | None
    broken: Mapping[str, int] = field(default_factory=dict)
    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)
    counts: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One expectation on one delivery. `details`: JSON that later deliveries are compared with; None: nothing."""

    expectation: str
    verdict: Verdict
    value: float | None
    reason: str
    details: str | None = None


def judged(delivery: Delivery, expects: Sequence[Expectation], before: Sequence[Check]) -> list[Check]:
    """A check for each expectation. `before`: the checks of earlier deliveries, oldest first."""
    return [_checked(delivery, each, [one for one in before if one.expectation == each.name]) for each in expects]


def verdict(checks: Sequence[Check]) -> tuple[Verdict, str]:
    """The worst verdict of the checks, and the unmet or unknown expectations."""
    order = list(Verdict)
    worst = max((check.verdict for check in checks), key=order.index, default=Verdict.OK)
    said = [f"{check.expectation}: {check.reason}" for check in checks if check.verdict is not Verdict.OK]
    return worst, "; ".join(said)


def _checked(delivery: Delivery, each: Expectation, before: Sequence[Check]) -> Check:
    match each:
        case Fresh():
            return _fresh(delivery, each)
        case Volume():
            return _volume(delivery, each, before)
        case OfRows():
            return _of_rows(delivery, each)
        case Steady():
            return _steady(delivery, each, before)
    raise TypeError(f"{each.name} is no expectation that is known here")


def _check(each: Expectation, *, met: bool, value: float, reason: str, details: str | None = None) -> Check:
    unmet = Verdict.FAIL if each.severity is Severity.FAIL else Verdict.WARN
    return Check(
        expectation=each.name, verdict=Verdict.OK if met else unmet, value=value, reason=reason, details=details
    )


def _unknown(each: Expectation, reason: str, value: float | None = None, details: str | None = None) -> Check:
    return Check(expectation=each.name, verdict=Verdict.UNKNOWN, value=value, reason=reason, details=details)


def _fresh(delivery: Delivery, each: Fresh) -> Check:
    if delivery.period_ended is None:
        return _unknown(each, "no record names its period")
    late = (delivery.loaded_at.date() - delivery.period_ended) / timedelta(days=1)
    reason = f"came {late:g} days after its newest period; {each.within_days} are allowed"
    return _check(each, met=late <= each.within_days, value=late, reason=reason)


def _volume(delivery: Delivery, each: Volume, before: Sequence[Check]) -> Check:
    rows = float(delivery.rows)
    low, high = float(each.least), np.inf if each.most is None else float(each.most)
    usual = [check.value for check in before if check.value is not None][-each.last :]
    if len(usual) >= ENOUGH:
        typical = median(usual)
        low = max(low, typical * (each.min_ratio or 0.0))
        high = min(high, np.inf if each.max_ratio is None else typical * each.max_ratio)
    reason = f"{delivery.rows:,} records; {low:,.0f} to {high:,.0f} are expected"
    return _check(each, met=low <= rows <= high, value=rows, reason=reason)


def _of_rows(delivery: Delivery, each: OfRows) -> Check:
    if not delivery.rows:
        return _unknown(each, "silver accepted no record of it")
    broken = delivery.broken.get(each.name, 0)
    share = broken / delivery.rows
    reason = f"{broken:,} of {delivery.rows:,} records: {why(each)}; at most {each.max_share:.1%} are allowed"
    return _check(each, met=share <= each.max_share, value=share, reason=reason)


def _steady(delivery: Delivery, each: Steady, before: Sequence[Check]) -> Check:
    counts = np.asarray(delivery.counts.get(each.column, ()), dtype=float)
    if not counts.sum():
        return _unknown(each, f"{each.column} has no value in it")
    details = json.dumps({"edges": list(delivery.edges[each.column]), "counts": [int(count) for count in counts]})
    known = [np.asarray(json.loads(check.details)["counts"], dtype=float) for check in before if check.details]
    if len(known) < ENOUGH:
        return _unknown(each, f"{len(known)} deliveries before it; {ENOUGH} are needed to compare", details=details)
    found = histograms(np.sum(known[-each.last :], axis=0), counts, 1.0)[0]
    limit = max(each.max_psi, found.bound(_CHANCE))
    reason = f"PSI {found.value:.2f} to the deliveries before; {limit:.2f} is allowed"
    return _check(each, met=found.value <= limit, value=found.value, reason=reason, details=details)


def why(each: OfRows) -> str:
    """The problem of a record that breaks the expectation, without its value, which may be sensitive."""
    match each:
        case Complete(column=column):
            return f"{column} is null"
        case Range(column=column, minimum=low, maximum=high):
            bounds = {"under": low, "over": high}
            return f"{column} is {' or '.join(f'{side} {at:g}' for side, at in bounds.items() if at is not None)}"
        case Unique(of=columns):
            return f"another one has the same {', '.join(columns)}"
        case Refers(of=columns, to=table):
            return f"{', '.join(columns)} is not in {table.name}"
    raise TypeError(f"{each.name} is about no single record")
