"""Estimates of losses before outcomes are known: a second model learns the first model's losses on the hold-out.

Source: direct loss estimation (NannyML, "Direct Loss Estimation"; the second model is its "nanny"). It detects rows on
which the first model is known to err more, a period before their outcomes; it does not detect concept drift.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from ml.evaluation.coded import Coded
from ml.problems.estimating import with_truth
from ml.problems.finding import Finding, unknown
from ml.problems.monitor import TWO_SIDED, AgainstHoldout, Answered, Bounds, Figure, Floats

RETRAINS = False

_FOLDS, _SEED = 3, 1
# Fewer hold-out rows are not enough to learn from; more than the maximum cost only time.
_LEAST_ROWS, _MOST_ROWS = 200, 20_000


def by_row(rows: Answered, values: Floats) -> Floats:
    """Independent rows: each is its own unit."""
    del rows
    return values


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned(Figure):
    """The realised figure on the hold-out, and the model learned there.

    `expects` predicts the loss of each row, and `misses` the squared error of that, since rows with larger losses vary
    more; both take rows as numbers from `coded`. On unseen rows the prediction was too low by `shift`, with the
    standard error `shift_error`.
    """

    coded: Coded
    expects: DecisionTreeRegressor
    misses: DecisionTreeRegressor
    shift: float
    shift_error: float


@dataclass(frozen=True, kw_only=True)
class DirectLoss(AgainstHoldout):
    """The expected mean of `loss` for a period's rows; `figure` is the realised one, once outcomes are known.

    `inputs`: the columns to learn losses from, numbers or text, the same for all rows. `by_unit`: means over units with
    dependent rows, treated as fully dependent. `most`: the highest possible loss.
    """

    loss: Callable[[Answered], Floats]
    inputs: Callable[[Answered], pd.DataFrame]
    by_unit: Callable[[Answered, Floats], Floats] = by_row
    most: float = math.inf
    unmeasurable: str = f"the hold-out has fewer than {_LEAST_ROWS} rows to learn losses from"

    def promise(self, holdout: Answered) -> Figure:
        """The realised figure on the hold-out, with the model learned there; an empty figure from too few rows."""
        rows = holdout.known
        if len(rows.truth) < _LEAST_ROWS:
            return Figure(rows=len(rows.truth))
        realised, losses = self.figure(rows), self.loss(rows)
        known = self.inputs(rows)
        coded = Coded.of(known)
        numbers, random = coded.numbers(known), np.random.default_rng(_SEED)
        fold = random.integers(0, _FOLDS, len(losses))
        missed = np.empty(len(losses))
        for each in range(_FOLDS):
            model = _fit(numbers[fold != each], losses[fold != each])
            missed[fold == each] = losses[fold == each] - model.predict(numbers[fold == each])
        units = self.by_unit(rows, missed)
        return Learned(
            **vars(realised),
            coded=coded,
            expects=_fit(numbers, losses),
            misses=_fit(numbers, missed**2),
            shift=float(units.mean()),
            shift_error=float(units.std(ddof=1)) / math.sqrt(units.size) if units.size > 1 else math.inf,
        )

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period; once most outcomes are known it includes the realised figure."""
        learned, rows = bounds.promised, len(period.truth)
        if not isinstance(learned, Learned):
            return [unknown(self.kind, self.name, "", rows, self.unmeasurable)]
        if not rows:
            return [unknown(self.kind, self.name, "", 0, "no row has an answer")]
        found = self.judge(self.expected(period, learned), bounds)
        return [with_truth(found, period, self.figure)]

    def expected(self, period: Answered, learned: Learned) -> Figure:
        """The estimate; its interval is for the realised figure, so it includes the spread of the outcomes."""
        numbers = learned.coded.numbers(self.inputs(period))
        units = self.by_unit(period, learned.expects.predict(numbers))
        value = min(self.most, max(0.0, float(units.mean()) + learned.shift))
        error = math.hypot(math.sqrt(float(learned.misses.predict(numbers).mean()) / units.size), learned.shift_error)
        lower, upper = max(0.0, value - TWO_SIDED * error), min(self.most, value + TWO_SIDED * error)
        return Figure(value=value, error=error, rows=len(period.truth), lower=lower, upper=upper)


def _fit(numbers: Floats, losses: Floats) -> DecisionTreeRegressor:
    """One tree with many rows per leaf, since single losses are mostly chance."""
    kept = np.random.default_rng(_SEED).permutation(len(losses))[:_MOST_ROWS]
    tree = DecisionTreeRegressor(max_leaf_nodes=32, min_samples_leaf=50, random_state=_SEED)
    return tree.fit(numbers[kept], losses[kept])
