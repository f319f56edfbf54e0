"""What rows will lose, before anybody knows: a second model that has learned the first one's losses on the hold-out.

Source: direct loss estimation (NannyML, "Direct Loss Estimation"; the second model is its "nanny"). It sees rows on
which the first model is known to err more, a period before their outcomes; a changed meaning it does not see.
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
# Fewer hold-out rows teach it nothing; of more than these the others change nothing but the time.
_LEAST_ROWS, _MOST_ROWS = 200, 20_000


def by_row(rows: Answered, values: Floats) -> Floats:
    """Rows that do not share their luck: each counts by itself."""
    del rows
    return values


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned(Figure):
    """What came true on the hold-out, and what was learned there.

    `expects` tells the loss of each row, and `misses` the square of what that is off by, since rows which lose more
    scatter more; both from the numbers that `coded` makes of a row. On rows that it had not seen it was `shift` too
    low, with the standard error `shift_error`.
    """

    coded: Coded
    expects: DecisionTreeRegressor
    misses: DecisionTreeRegressor
    shift: float
    shift_error: float


@dataclass(frozen=True, kw_only=True)
class DirectLoss(AgainstHoldout):
    """The mean of `loss` that a period's rows lead to expect; `figure` is what outcomes say of it, once they are known.

    `inputs`: what the losses are learned from, numbers or text, with the same columns for all rows. `by_unit`: means
    over units whose rows share their luck; these are taken to share it wholly. `most`: no loss is higher.
    """

    loss: Callable[[Answered], Floats]
    inputs: Callable[[Answered], pd.DataFrame]
    by_unit: Callable[[Answered, Floats], Floats] = by_row
    most: float = math.inf
    unmeasurable: str = f"the hold-out has fewer than {_LEAST_ROWS} rows to learn losses from"

    def promise(self, holdout: Answered) -> Figure:
        """What came true on the hold-out, with what is learned there; nothing of too few rows."""
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
        """One finding for the whole period; once most outcomes are known it says what came true."""
        learned, rows = bounds.promised, len(period.truth)
        if not isinstance(learned, Learned):
            return [unknown(self.kind, self.name, "", rows, self.unmeasurable)]
        if not rows:
            return [unknown(self.kind, self.name, "", 0, "no row has an answer")]
        found = self.judge(self.expected(period, learned), bounds)
        return [with_truth(found, period, self.figure)]

    def expected(self, period: Answered, learned: Learned) -> Figure:
        """The estimate; its interval is for what will come true, so it has the spread of that, too."""
        numbers = learned.coded.numbers(self.inputs(period))
        units = self.by_unit(period, learned.expects.predict(numbers))
        value = min(self.most, max(0.0, float(units.mean()) + learned.shift))
        error = math.hypot(math.sqrt(float(learned.misses.predict(numbers).mean()) / units.size), learned.shift_error)
        lower, upper = max(0.0, value - TWO_SIDED * error), min(self.most, value + TWO_SIDED * error)
        return Figure(value=value, error=error, rows=len(period.truth), lower=lower, upper=upper)


def _fit(numbers: Floats, losses: Floats) -> DecisionTreeRegressor:
    """One tree with many rows a leaf, since single losses are mostly chance."""
    kept = np.random.default_rng(_SEED).permutation(len(losses))[:_MOST_ROWS]
    tree = DecisionTreeRegressor(max_leaf_nodes=32, min_samples_leaf=50, random_state=_SEED)
    return tree.fit(numbers[kept], losses[kept])
