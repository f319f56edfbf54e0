"""Joint drift: whether a classifier can separate two samples by many columns, even if no single column differs.

Source: Lopez-Paz & Oquab 2017, "Revisiting Classifier Two-Sample Tests". A classifier learns to separate the samples on
some rows and ranks the others; if nothing has changed, that ranking is random.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.ensemble import RandomForestClassifier

from ml.evaluation.coded import Coded
from ml.evaluation.two_samples import Compared

RETRAINS = False

Floats = npt.NDArray[np.float64]
NAME = "joint_drift"
_SEED, _TREES = 1, 30
_TWO_SIDED = 1.96


@dataclass(frozen=True, kw_only=True)
class Joint:
    """`compared`: the ROC AUC of separating the samples, about 0.5 if they are alike; `error`: its standard
    error. `shares`: the importance of each column, the largest first.
    """

    compared: Compared
    error: float
    shares: Mapping[str, float]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval."""
        value = self.compared.value
        return value - _TWO_SIDED * self.error, min(1.0, value + _TWO_SIDED * self.error)


def joint(before: pd.DataFrame, after: pd.DataFrame, dispersion: float = 1.0) -> Joint:
    """Separate `after` from `before`: two samples with the same columns; all given rows are used.

    A forest fitted on one half ranks the other; the value is the mean of both ROC AUCs. For a random ranking each is
    0.5 with the variance of the rank sum (Mann & Whitney 1947), times `dispersion` if rows are not independent. Chance
    effects that both halves share move both areas the same way, so the variance of the mean is taken as that of one
    area, its upper bound. The standard error is DeLong's (DeLong et al. 1988), with the same bound.
    """
    coded = Coded.of(before)
    numbers = np.vstack([coded.numbers(before), coded.numbers(after)])
    labels = np.repeat([0, 1], [len(before), len(after)])
    random = np.random.default_rng(_SEED)
    # Each half contains half of each sample.
    half = np.concatenate([random.permutation(np.arange(count) % 2) for count in (len(before), len(after))])
    areas, shares = [], np.zeros(numbers.shape[1])
    for each in range(2):
        forest = RandomForestClassifier(_TREES, min_samples_leaf=10, max_samples=0.5, random_state=_SEED, n_jobs=1)
        forest.fit(numbers[half != each], labels[half != each])
        scores = forest.predict_proba(numbers[half == each])[:, 1]
        areas.append(_area(scores[labels[half == each] == 0], scores[labels[half == each] == 1]))
        shares += forest.feature_importances_ / 2
    value = float(np.mean([area for area, _, _ in areas]))
    by_chance = math.sqrt(dispersion * float(np.mean([null for _, _, null in areas])))
    order = np.argsort(-shares)
    return Joint(
        compared=Compared(
            metric=NAME,
            value=value,
            chance=float(stats.norm.sf((value - 0.5) / by_chance)),
            bound=lambda chance: 0.5 + by_chance * float(stats.norm.isf(chance)),
        ),
        error=math.sqrt(dispersion * float(np.mean([square for _, square, _ in areas]))),
        shares={str(before.columns[place]): float(shares[place]) for place in order},
    )


def _area(low: Floats, high: Floats) -> tuple[float, float, float]:
    """ROC AUC, its squared error by DeLong, and its squared error if both samples are alike."""
    ranks = stats.rankdata(np.concatenate([low, high]))
    above = (ranks[len(low) :] - stats.rankdata(high)) / len(low)
    below = 1 - (ranks[: len(low)] - stats.rankdata(low)) / len(high)
    null = (len(low) + len(high) + 1) / (12 * len(low) * len(high))
    return float(above.mean()), float(above.var(ddof=1) / len(high) + below.var(ddof=1) / len(low)), null
