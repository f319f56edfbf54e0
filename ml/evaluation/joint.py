"""Whether two samples of many columns can be told apart: what no column shows alone, columns together may.

Source: Lopez-Paz & Oquab 2017, "Revisiting Classifier Two-Sample Tests". A classifier learns to tell the samples apart
on some rows and is asked about others; if nothing has changed, its ranking of these is a coin's.
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
    """`compared`: the ROC AUC with which the samples are told apart, from 0.5 on if they are alike; `error`: its own
    standard error. `shares`: by which columns, the most telling first.
    """

    compared: Compared
    error: float
    shares: Mapping[str, float]

    @property
    def interval(self) -> tuple[float, float]:
        """95 %."""
        value = self.compared.value
        return value - _TWO_SIDED * self.error, min(1.0, value + _TWO_SIDED * self.error)


def joint(before: pd.DataFrame, after: pd.DataFrame, dispersion: float = 1.0) -> Joint:
    """Tell `after` from `before`, two samples with the same columns, of as many rows each as shall be looked at.

    Each half is ranked by a forest that was fitted on the other; the value is the mean of both ROC AUC. Of a coin each
    is 0.5 with the variance of the rank-sum (Mann & Whitney 1947), `dispersion` times that if rows are not independent.
    What is alike by chance in both halves moves both areas the same way, so the mean's variance is taken as one of
    them, the most that it can be. Its own error is DeLong's (DeLong et al. 1988), by the same bound.
    """
    coded = Coded.of(before)
    numbers = np.vstack([coded.numbers(before), coded.numbers(after)])
    labels = np.repeat([0, 1], [len(before), len(after)])
    random = np.random.default_rng(_SEED)
    # Half of each sample in each half.
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
    """ROC AUC, its squared error by DeLong, and what it is squared if both are alike."""
    ranks = stats.rankdata(np.concatenate([low, high]))
    above = (ranks[len(low) :] - stats.rankdata(high)) / len(low)
    below = 1 - (ranks[: len(low)] - stats.rankdata(low)) / len(high)
    null = (len(low) + len(high) + 1) / (12 * len(low) * len(high))
    return float(above.mean()), float(above.var(ddof=1) / len(high) + below.var(ddof=1) / len(low)), null
