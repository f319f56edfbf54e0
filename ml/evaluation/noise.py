"""Tolerance for chance at a limit: a model exactly at the limit exceeds it once in a hundred."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from scipy import stats

from ml.evaluation.metrics import CALIBRATION_BINS
from ml.evaluation.resampling import Vector

RETRAINS = False

# Chance that a model or a portfolio exactly at a limit is refused.
CHANCE = 0.01
_DRAWS, _SEED = 4000, 1


def allowed_calibration_error(predicted: Vector, limit: float, chance: float = CHANCE) -> float:
    """The expected calibration error that a model whose true error is `limit` exceeds with probability `chance`.

    Each bin's gap is normal around the limit with the spread of its outcomes; a sum of absolute gaps grows with that
    noise, so fewer rows get a larger allowance.
    """
    parts = np.array_split(np.sort(predicted), min(CALIBRATION_BINS, predicted.size))
    spread = np.array([math.sqrt(float((part * (1 - part)).sum())) / part.size for part in parts])
    share = np.array([part.size for part in parts]) / predicted.size
    gaps = np.abs(limit + spread * np.random.default_rng(_SEED).standard_normal((_DRAWS, len(parts))))
    return float(np.quantile(gaps @ share, 1 - chance))


# By name, for measures that noise pushes one way: the allowed value at a limit.
ALLOWED: Mapping[str, Callable[[Vector, float], float]] = {"expected_calibration_error": allowed_calibration_error}


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The rate of one group, observed in `rows` rows."""

    rows: int
    rate: float


def bounds(rate: Rate, chance: float) -> tuple[float, float]:
    """One-sided bounds of a rate, each exceeded with `chance` (Wilson 1927, which also holds for rates of 0 and 1)."""
    z = float(stats.norm.isf(chance))
    middle = (rate.rate + z**2 / (2 * rate.rows)) / (1 + z**2 / rate.rows)
    half = z / (1 + z**2 / rate.rows) * math.sqrt(rate.rate * (1 - rate.rate) / rate.rows + (z / (2 * rate.rows)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, kw_only=True)
class Mean:
    """The mean of one group, and its standard error."""

    value: float
    error: float


def mean_with_error(values: Vector) -> Mean:
    """The mean of two values or more."""
    return Mean(value=float(values.mean()), error=float(values.std(ddof=1)) / math.sqrt(values.size))


def mean_differences(means: Iterable[Mean], chance: float) -> list[tuple[float, float]]:
    """For each pair of means, their distance, and the distance that chance alone gives two equal ones.

    The bound on the difference of two means with unequal variances (Welch 1938), normal for the required sizes;
    two-sided, with the chance split over all pairs.
    """
    pairs = list(combinations(means, 2))
    z = float(stats.norm.isf(chance / (2 * max(1, len(pairs)))))
    return [(abs(one.value - other.value), z * math.hypot(one.error, other.error)) for one, other in pairs]


def means_surely_apart(means: Iterable[Mean], chance: float = CHANCE) -> float:
    """The largest certain distance between two means; at most 0: no pair differs. NaN for fewer than two means."""
    return max((apart - by_chance for apart, by_chance in mean_differences(means, chance)), default=math.nan)


def surely_apart(rates: Iterable[Rate], share: float = 1.0, chance: float = CHANCE) -> float:
    """The largest certain excess of a group's rate, times `share`, over another's; at most 0: no pair differs.

    The lower bound on the difference of two rates from their hybrid score interval (Newcombe 1998), with the chance
    split over all pairs. NaN for fewer than two groups.
    """
    groups = list(rates)
    pairs = list(permutations(groups, 2))
    each = chance / len(pairs) if pairs else chance
    return max((_least(high, low, share, each) for high, low in pairs), default=math.nan)


def _least(high: Rate, low: Rate, share: float, chance: float) -> float:
    below, above = high.rate - bounds(high, chance)[0], bounds(low, chance)[1] - low.rate
    return high.rate * share - low.rate - math.hypot(share * below, above)
