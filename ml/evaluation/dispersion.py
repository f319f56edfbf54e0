"""How much more the periods of a reference differ than independent rows would: what its rows are worth."""

import math

import numpy as np
import numpy.typing as npt

RETRAINS = False

Floats = npt.NDArray[np.float64]


def dispersion(by_period: Floats) -> float:
    """How much more periods of a reference differ than independent rows would; at least 1. Shape (periods, bins).

    Pearson's statistic over its degrees of freedom (McCullagh & Nelder 1989, section 4.5): rows that come in clusters,
    and periods that vary by themselves, raise it. 1 if that is within two of its standard errors from 1, or with fewer
    than four periods; else a standard error more than it is, since bounds that rest on too little fail often.
    """
    counts = by_period[by_period.sum(axis=1) > 0][:, by_period.sum(axis=0) > 0]
    periods, bins = counts.shape
    if periods < 4 or bins < 2:
        return 1.0
    fair = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    freedom = (periods - 1) * (bins - 1)
    return surely(float(((counts - fair) ** 2 / fair).sum() / freedom), freedom)


def ratio_of_means(scores: Floats, codes: npt.NDArray[np.int64]) -> tuple[float, int]:
    """By how much the mean of `scores` differs more between periods than of independent rows, a ratio of variances, and
    its degrees of freedom. `codes` say the period of each row, from 0 on. 1 and 0 with fewer than four periods.

    Rows that follow each other may hardly change how many fall into a bin, and their mean all the more.
    """
    rows = np.bincount(codes)
    periods = int((rows > 0).sum())
    spread = float(scores.var()) if scores.size else 0.0
    if periods < 4 or not spread > 0:
        return 1.0, 0
    sums = np.bincount(codes, weights=scores - scores.mean())
    between = float((sums[rows > 0] ** 2 / rows[rows > 0]).sum())
    return between / spread / (periods - 1), periods - 1


def surely(found: float, freedom: int) -> float:
    """A ratio of variances, if it is two of its standard errors above 1, and then one more than it is; else 1."""
    if not freedom:
        return 1.0
    error = math.sqrt(2 / freedom)
    return found * (1 + error) if found > 1 + 2 * error else 1.0
