"""Distances between two samples of one column, with their sampling noise: five measures in one form.

Each has a value, the chance that two samples of one distribution reach it, and the value that they reach with a given
chance. `spread` is 1 / reference rows + 1 / rows, times the overdispersion if rows are not independent
(`ml/evaluation/dispersion.py`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

RETRAINS = False

Floats = npt.NDArray[np.float64]
# Added to every bin's count, so that an empty bin has a finite logarithm (Jeffreys 1946).
_PRIOR_COUNT = 0.5
# Beyond this the chance is below the smallest double.
_FAR = 38.0


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One measure of two samples. `chance`: of reaching `value` by sampling alone; `bound`: the value for a chance."""

    metric: str
    value: float
    chance: float
    bound: Callable[[float], float]


def psi(expected: npt.ArrayLike, actual: npt.ArrayLike, dispersion: float = 1.0) -> float:
    """Population stability index of two histograms over the same bins; NaN if one is empty.

    If rows are not independent, `dispersion` of them count as one in the count added to each bin: otherwise a few
    clusters that miss a bin would look like many rows that do.

    Sum of (actual share - expected share) x ln(actual share / expected share). Source: Siddiqi 2006, "Credit Risk
    Scorecards", chapter 8; it is the symmetric Kullback-Leibler divergence of Jeffreys 1946.
    """
    counts = [np.asarray(each, dtype=float) for each in (expected, actual)]
    if not all(each.sum() > 0 for each in counts):
        return math.nan
    added = _PRIOR_COUNT * dispersion
    before, after = ((each + added) / (each + added).sum() for each in counts)
    return float(((after - before) * np.log(after / before)).sum())


def jensen_shannon(expected: Floats, actual: Floats) -> float:
    """Jensen-Shannon divergence of two histograms in nats, 0 to ln 2 (Lin 1991); NaN if one is empty."""
    if not (expected.sum() > 0 and actual.sum() > 0):
        return math.nan
    before, after = expected / expected.sum(), actual / actual.sum()
    middle = (before + after) / 2
    return float((special.rel_entr(before, middle) + special.rel_entr(after, middle)).sum() / 2)


def chi_square(expected: Floats, actual: Floats) -> float:
    """Pearson's statistic of homogeneity of two histograms (Pearson 1900); NaN if one is empty."""
    rows = np.array([expected.sum(), actual.sum()])
    pooled = (expected + actual)[expected + actual > 0]
    if not rows.all():
        return math.nan
    found = np.vstack([expected, actual])[:, expected + actual > 0]
    fair = np.outer(rows, pooled) / rows.sum()
    return float(((found - fair) ** 2 / fair).sum())


def histograms(expected: Floats, actual: Floats, dispersion: float) -> tuple[Compared, ...]:
    """PSI, Jensen-Shannon and chi-square. With B bins each is a multiple of a chi-squared variable of B - 1 degrees of
    freedom: PSI of `spread` (Yurdakul 2018, "Statistical Properties of Population Stability Index"), Jensen-Shannon of
    an eighth of it (Menendez et al. 1997, "The Jensen-Shannon Divergence"), chi-square of the overdispersion (McCullagh
    & Nelder 1989, "Generalized Linear Models", section 4.5).
    """
    spread = dispersion * (1 / expected.sum() + 1 / actual.sum())
    freedom = max(1, len(expected) - 1)
    measured = (
        ("psi", psi(expected, actual, dispersion), spread),
        ("jensen_shannon", jensen_shannon(expected, actual), spread / 8),
        ("chi_square", chi_square(expected, actual), dispersion),
    )
    alone = len(expected) < 2
    return tuple(
        Compared(
            metric=metric,
            value=value,
            chance=1.0 if alone else float(special.chdtrc(freedom, np.maximum(value / scale, 0.0))),
            bound=lambda chance, scale=scale: 0.0 if alone else scale * _chi2_isf(chance, freedom),  # type: ignore[misc]
        )
        for metric, value, scale in measured
    )


# All columns of a period use the same few arguments.
@lru_cache(maxsize=1024)
def _chi2_isf(chance: float, freedom: int) -> float:
    return float(stats.chi2.isf(chance, freedom))


def ks(ordered: Floats, values: Floats) -> float:
    """Kolmogorov-Smirnov statistic: the largest distance of the two distribution functions; NaN if one is empty."""
    if not ordered.size or not values.size:
        return math.nan
    sample = np.sort(values)
    # The sample's function is highest above the other at one of its points, and lowest just before one.
    above = (_share(sample, sample, "right") - _share(ordered, sample, "right")).max()
    below = (_share(ordered, sample, "left") - _share(sample, sample, "left")).max()
    return float(max(above, below))


def _share(ordered: Floats, points: Floats, side: Literal["left", "right"]) -> Floats:
    """The share of `ordered` below each point, or up to it."""
    return np.asarray(np.searchsorted(ordered, points, side=side) / ordered.size)


def kolmogorov(ordered: Floats, values: Floats, dispersion: float) -> Compared:
    """KS with the asymptotic tail 2 exp(-2 d**2 / spread) of Smirnov 1948; on tied values it errs on the safe side."""
    value, spread = ks(ordered, values), dispersion * (1 / ordered.size + 1 / values.size)
    return Compared(
        metric="ks",
        value=value,
        chance=min(1.0, 2 * math.exp(-2 * value**2 / spread)),
        bound=lambda chance: math.sqrt(-math.log(chance / 2) / 2 * spread),
    )


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A reference's figures for the null distribution of the Wasserstein distance: its spread and its mean distance."""

    deviation: float
    mean: float


def shape(ordered: Floats) -> Shape | None:
    """The shape of ascending values; None if they do not vary.

    With F the distribution function, the distance of its samples, over the root of `spread`, tends to the integral of
    |B(F(x))| dx, B a Brownian bridge (del Barrio, Gine & Matran 1999), whose mean is the integral of
    sqrt(2 / pi F (1 - F)).
    """
    deviation = float(ordered.std()) if ordered.size else 0.0
    if not (deviation > 0 and math.isfinite(deviation)):
        return None
    below = np.arange(1, ordered.size) / ordered.size
    mean = float((np.sqrt(2 / math.pi * below * (1 - below)) * np.diff(ordered)).sum()) / deviation
    return Shape(deviation=deviation, mean=mean)


def wasserstein(ordered: Floats, of: Shape, values: Floats, dispersion: float) -> Compared:
    """First Wasserstein distance in standard deviations of the reference.

    Over the root of `spread` it exceeds its mean by t with chance exp(-t**2 / 2) at most (Borell 1975; Tsirelson,
    Ibragimov & Sudakov 1976): no signed integral of the bridge varies more than the column itself.
    """
    value = float(stats.wasserstein_distance(ordered, values)) / of.deviation
    root = math.sqrt(dispersion * (1 / ordered.size + 1 / values.size))
    return Compared(
        metric="wasserstein",
        value=value,
        chance=math.exp(-(min(_FAR, max(0.0, value / root - of.mean)) ** 2) / 2),
        bound=lambda chance: root * (of.mean + math.sqrt(-2 * math.log(chance))),
    )


def false_discoveries(chances: npt.ArrayLike, rate: float) -> float:
    """The p-value below which one of many tests is a discovery, at a false-discovery rate of `rate`.

    Source: Benjamini & Hochberg 1995. If nothing has changed, the chance that any test is below it is at most
    `rate`; the more columns have changed, the more it allows. At least Bonferroni's bound.
    """
    given = np.sort(np.asarray(chances, dtype=float))
    if not given.size:
        return rate
    below = np.flatnonzero(given <= rate * np.arange(1, given.size + 1) / given.size)
    discoveries = int(below[-1]) + 1 if below.size else 1
    return float(rate * discoveries / given.size)
