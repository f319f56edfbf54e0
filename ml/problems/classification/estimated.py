"""Estimates of performance before outcomes are known: outcomes are simulated from the answered probabilities.

Source: confidence-based performance estimation (Guillory et al. 2021, "Predicting with Confidence on Unseen
Distributions"; the name is NannyML's). It holds as long as the probabilities are calibrated: it detects a changed mix
of rows before outcomes are known, but not concept drift.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from ml.declarations import Costs, Direction
from ml.declarations.monitored import (
    EXPECTED_ACCURACY,
    EXPECTED_AREA,
    EXPECTED_COST,
    EXPECTED_PRECISION,
    EXPECTED_RECALL,
)
from ml.evaluation.metrics import checked
from ml.problems.classification.binary_figures import AtThreshold
from ml.problems.classification.classes import Classes
from ml.problems.estimating import with_truth
from ml.problems.finding import Finding
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Floats, Monitor

RETRAINS = False

_DRAWS, _SEED = 200, 1
# Rows over all draws in memory at once: about 50 MB.
_CELLS = 6_000_000


@dataclass(frozen=True, kw_only=True)
class Estimated(AgainstHoldout):
    """`figure` is the estimate from answers alone; `realised` is the figure from outcomes, on hold-out and later."""

    realised: Callable[[Answered], Figure]

    def promise(self, holdout: Answered) -> Figure:
        """The realised figure on the hold-out."""
        return self.realised(holdout.known)

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period; once most outcomes are known it includes the realised figure."""
        return [with_truth(self.judge(self.figure(period), bounds), period, self.realised)]


def _drawn(chances: Floats, measured: Callable[[Floats], Floats]) -> Figure:
    """Mean, spread and 95 % interval of `measured` over outcomes drawn from `chances`.

    `measured`: from outcomes of shape (draws, rows) to one value per draw; NaN if it cannot be measured.
    """
    rows, random = len(chances), np.random.default_rng(_SEED)
    if rows < 2:
        return Figure(rows=rows)
    at_once = max(1, min(_DRAWS, _CELLS // rows))
    parts = [
        measured((random.random((min(at_once, _DRAWS - done), rows)) < chances).astype(float))
        for done in range(0, _DRAWS, at_once)
    ]
    values = np.concatenate(parts)
    if not np.isfinite(values).all():
        return Figure(rows=rows)
    lower, upper = np.quantile(values, [0.025, 0.975])
    return Figure(
        value=float(values.mean()), error=float(values.std()), rows=rows, lower=float(lower), upper=float(upper)
    )


def _chances(rows: Answered) -> Floats:
    return checked(np.zeros(len(rows.truth)), rows.answers["probability"])[1]


def area(rows: Answered) -> Figure:
    """ROC AUC of drawn outcomes, by the scores' ranks (Wilcoxon 1945), the same in all draws; ties share a rank."""
    chances = np.sort(_chances(rows))
    ranks = stats.rankdata(chances)

    def measured(outcomes: Floats) -> Floats:
        positive = outcomes.sum(axis=1)
        won, pairs = outcomes @ ranks - positive * (positive + 1) / 2, positive * (ranks.size - positive)
        return np.asarray(np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0))

    return _drawn(chances, measured)


@dataclass(frozen=True, kw_only=True)
class _AtThreshold:
    """Estimates of decisions at `threshold`, and of the cost of wrong ones."""

    threshold: float
    costs: Costs

    def accuracy(self, rows: Answered) -> Figure:
        """The share of right decisions."""
        chances = _chances(rows)
        chosen = chances >= self.threshold
        return _drawn(np.where(chosen, chances, 1 - chances), lambda right: np.asarray(right.mean(axis=1)))

    def precision(self, rows: Answered) -> Figure:
        """The share of selected rows that will come true."""
        chances = _chances(rows)
        return _drawn(chances[chances >= self.threshold], lambda true: np.asarray(true.mean(axis=1)))

    def recall(self, rows: Answered) -> Figure:
        """The share of rows that will come true and are selected."""
        chances = _chances(rows)
        chosen = chances >= self.threshold

        def measured(true: Floats) -> Floats:
            whole = true.sum(axis=1)
            return np.asarray(np.divide(true @ chosen, whole, out=np.full(len(true), np.nan), where=whole > 0))

        return _drawn(chances, measured)

    def cost(self, rows: Answered) -> Figure:
        """The cost of wrong decisions per row."""
        chances, price = _chances(rows), self.costs
        chosen = chances >= self.threshold
        each = np.where(chosen, -price.false_positive, price.false_negative)
        # A selected row costs if it does not come true, any other row if it does.
        return _drawn(chances, lambda true: np.asarray((true @ each + chosen.sum() * price.false_positive) / len(each)))


def of_binary(threshold: float, costs: Costs, ranking: Callable[[Answered], Figure]) -> tuple[Monitor, ...]:
    """Expected ROC AUC, accuracy, precision, recall and cost; `ranking` measures the first once outcomes are known."""
    at, higher = _AtThreshold(threshold=threshold, costs=costs), Direction.HIGHER
    realised = AtThreshold(threshold=threshold, costs=costs)
    return (
        Estimated(declared=EXPECTED_AREA, better=higher, figure=area, realised=ranking),
        Estimated(declared=EXPECTED_ACCURACY, better=higher, figure=at.accuracy, realised=realised.accuracy),
        Estimated(declared=EXPECTED_PRECISION, better=higher, figure=at.precision, realised=realised.precision),
        Estimated(declared=EXPECTED_RECALL, better=higher, figure=at.recall, realised=realised.recall),
        Estimated(declared=EXPECTED_COST, better=Direction.LOWER, figure=at.cost, realised=realised.cost),
    )


def of_classes(classes: Classes) -> tuple[Monitor, ...]:
    """The expected accuracy of several classes: how often the likeliest comes true."""

    def accuracy(rows: Answered) -> Figure:
        unknown = replace(rows, truth=np.zeros(len(rows.truth)))
        return _drawn(classes.chances(unknown).max(axis=1), lambda right: np.asarray(right.mean(axis=1)))

    return (Estimated(declared=EXPECTED_ACCURACY, better=Direction.HIGHER, figure=accuracy, realised=classes.accuracy),)
