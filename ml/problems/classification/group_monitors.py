"""Monitors of the treatment of declared groups by binary answers in a period."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations import Limits
from ml.declarations.monitored import OPPORTUNITY, PARITY, Monitored
from ml.evaluation.fairness import Fairness, GroupRates, fairness
from ml.problems.finding import Finding, Kind, at_most, unknown
from ml.problems.monitor import Answered, Bounds, Figure, Floats, Monitor

RETRAINS = False

_PROBABILITY = "probability"
# With fewer rows a rate is not normally distributed, as the noise bound assumes.
_MIN_POSITIVES = 30


@dataclass(frozen=True, kw_only=True)
class Parity(Monitor):
    """Difference of the selection rates, largest minus smallest; needs no outcomes."""

    decision_threshold: float
    declared: Monitored = PARITY

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per attribute."""
        probabilities = period.answers[_PROBABILITY].to_numpy(dtype=float)
        compared = _Compared(metric=self.name, threshold=self.decision_threshold, min_rows=bounds.min_group_rows)
        return [compared.finding(period.groups[name], probabilities, bounds) for name in period.groups]


@dataclass(frozen=True, kw_only=True)
class Opportunity(Monitor):
    """Difference of the true positive rates: the selection rates of rows whose outcome came true."""

    decision_threshold: float
    declared: Monitored = OPPORTUNITY

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per attribute."""
        positive = period.truth == 1
        probabilities = period.answers[_PROBABILITY].to_numpy(dtype=float)[positive]
        compared = _Compared(metric=self.name, threshold=self.decision_threshold, min_rows=_MIN_POSITIVES)
        return [compared.finding(period.groups[name][positive], probabilities, bounds) for name in period.groups]


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """The selection rates of the groups with at least `min_rows` rows."""

    metric: str
    threshold: float
    min_rows: int

    def finding(self, groups: pd.Series, probabilities: Floats, bounds: Bounds) -> Finding:
        """A finding for the largest difference, beyond chance at equal rates."""
        name, rows = str(groups.name), len(groups)
        no_labels = np.zeros(rows)
        found = fairness(name, groups, no_labels, probabilities, threshold=self.threshold, min_rows=self.min_rows)
        difference = found.demographic_parity_difference
        if not math.isfinite(difference):
            return unknown(Kind.FAIRNESS, self.metric, name, rows, f"fewer than two groups have {self.min_rows} rows")
        warn, act = bounds.margins
        limits, noise = Limits(warn=warn, act=act), _noise(found, bounds.chance)
        judged = at_most(Kind.FAIRNESS, self.metric, name, difference, limits, rows=rows, noise=noise)
        return Figure(value=difference, error=_error(found), rows=rows).on(judged)


def _noise(found: Fairness, chance: float) -> float:
    """The difference that groups with equal rates exceed with probability `chance`, over all pairs of groups."""
    rows = sum(group.rows for group in found.groups)
    rate = sum(group.selection_rate * group.rows for group in found.groups) / rows
    pairs = math.comb(len(found.groups), 2)
    smallest = sorted(found.groups, key=_rows)[:2]
    spread = math.sqrt(rate * (1 - rate) * sum(1 / group.rows for group in smallest))
    return float(stats.norm.isf(chance / (2 * pairs))) * spread


def _error(found: Fairness) -> float:
    """The standard error of the difference of the two extreme rates, as if there were no other groups."""
    low, *_, high = sorted(found.groups, key=_rate)
    return math.sqrt(sum(each.selection_rate * (1 - each.selection_rate) / each.rows for each in (low, high)))


def _rate(group: GroupRates) -> float:
    return group.selection_rate


def _rows(group: GroupRates) -> int:
    return group.rows
