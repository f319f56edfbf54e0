"""Overdispersion: how much more the periods of a reference differ than independent rows would."""

import math

import numpy as np
import numpy.typing as npt

RETRAINS = False

Floats = npt.NDArray[np.float64]


def dispersion(by_period: Floats) -> float:
    """The overdispersion of a reference's periods against independent rows; at least 1. Shape (periods, bins).

    Pearson's statistic over its degrees of freedom (McCullagh & Nelder 1989, section 4.5): clustered rows and periods
    with variation of their own raise it. 1 if it is not surely above 1, or with fewer than four periods.
    """
    counts = by_period[by_period.sum(axis=1) > 0][:, by_period.sum(axis=0) > 0]
    periods, bins = counts.shape
    if periods < 4 or bins < 2:
        return 1.0
    fair = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    freedom = (periods - 1) * (bins - 1)
    return surely(float(((counts - fair) ** 2 / fair).sum() / freedom), freedom)


def ratio_of_means(scores: Floats, codes: npt.NDArray[np.int64]) -> tuple[float, int]:
    """The variance of the mean of `scores` between periods over that of independent rows, and its degrees of freedom.
    `codes` give the period of each row, from 0. Returns 1 and 0 with fewer than four periods.

    Autocorrelated rows may hardly affect the counts of bins, but strongly affect the mean.
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
    """A ratio of variances plus one standard error, if it is three standard errors above 1; otherwise 1.

    The standard error is added because bounds from too small a ratio fail often. Two standard errors above 1 take one
    independent column of 25 for a dependent one, and its changes are then found in half as many series.
    """
    if not freedom:
        return 1.0
    error = math.sqrt(2 / freedom)
    return found * (1 + error) if found > 1 + 3 * error else 1.0
