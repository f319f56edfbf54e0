"""Distances between two samples of one column, with their sampling noise: five measures in one form.

Each has a value, the chance that two samples of one distribution reach it, and the value that they reach with a given
chance. `spread` is 1 / reference rows + 1 / rows, times the overdispersion if rows are not independent
(`ml/evaluation/dispersion.py`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Apart:
    """Two samples' distribution functions: `apart` is how far the first is above the second from each point on.

    `points`: the values of both, ascending. `rows`: of each sample.
    """

    points: Floats
    apart: Floats
    rows: tuple[int, int]

    @property
    def largest(self) -> float:
        """The Kolmogorov-Smirnov statistic: the largest distance; NaN if a sample is empty."""
        if not all(self.rows):
            return math.nan
        # Among equal points only the last has both functions' steps.
        last = np.append(self.points[1:] != self.points[:-1], True)
        return float(np.abs(self.apart[last]).max())

    @property
    def area(self) -> float:
        """The first Wasserstein distance: the area between the functions. Only for finite points."""
        return float((np.abs(self.apart[:-1]) * np.diff(self.points)).sum())

    def spread(self, dispersion: float) -> float:
        """1 / rows of one + 1 / rows of the other, times the overdispersion."""
        return dispersion * sum(1 / each for each in self.rows)


def apart(ordered: Floats, values: Floats) -> Apart:
    """The distribution functions of two ascending samples, merged once for every distance between them."""
    points = np.concatenate([ordered, values])
    merged = points.argsort(kind="stable")
    of_first = np.cumsum(merged < ordered.size)
    of_second = np.arange(1, points.size + 1) - of_first
    return Apart(
        points=points[merged],
        apart=of_first / max(1, ordered.size) - of_second / max(1, values.size),
        rows=(ordered.size, values.size),
    )


def kolmogorov(found: Apart, dispersion: float) -> Compared:
    """KS with the asymptotic tail 2 exp(-2 d**2 / spread) of Smirnov 1948; on tied values it errs on the safe side."""
    value, spread = found.largest, found.spread(dispersion)
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
    deviation = float(ordered.std()) if ordered.size and np.isfinite(ordered[[0, -1]]).all() else 0.0
    if not (deviation > 0 and math.isfinite(deviation)):
        return None
    below = np.arange(1, ordered.size) / ordered.size
    mean = float((np.sqrt(2 / math.pi * below * (1 - below)) * np.diff(ordered)).sum()) / deviation
    return Shape(deviation=deviation, mean=mean)


def wasserstein(found: Apart, of: Shape, dispersion: float) -> Compared:
    """First Wasserstein distance in standard deviations of the reference, which is the first sample.

    Over the root of `spread` it exceeds its mean by t with chance exp(-t**2 / 2) at most (Borell 1975; Tsirelson,
    Ibragimov & Sudakov 1976): no signed integral of the bridge varies more than the column itself.
    """
    value, root = found.area / of.deviation, math.sqrt(found.spread(dispersion))
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
