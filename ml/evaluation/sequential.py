"""Two arms compared while their rows still arrive: intervals that hold however often one looks. Pure.

The mixture sequential probability ratio test, inverted: over all looks together the intervals miss the true difference
with a chance of at most 1 - confidence, so a test may be stopped as soon as one of them says what it was to say.
Source: Johari, Koomen, Pekelis, Walsh 2022, "Always Valid Inference: Continuous Monitoring of A/B Tests", Operations
Research 70(3), section 4, after Robbins 1970, "Statistical Methods Related to the Law of the Iterated Logarithm".
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The rows of one arm: how many, and the mean and the variance of their losses; NaN of fewer than two."""

    rows: int
    mean: float
    variance: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How much larger the second arm's mean loss is than the first's, and between what it surely lies."""

    value: float
    low: float
    high: float


def arm(losses: npt.NDArray[np.float64]) -> Arm:
    """Of one loss a row. Raises ValueError for a loss that is not finite."""
    if not np.isfinite(losses).all():
        raise ValueError("a loss is not a finite number: the answers cannot be compared")
    if len(losses) < 2:
        return Arm(rows=len(losses), mean=math.nan, variance=math.nan)
    return Arm(rows=len(losses), mean=float(losses.mean()), variance=float(losses.var(ddof=1)))


def difference(first: Arm, second: Arm, *, effect: float, confidence: float) -> Difference:
    """The always-valid interval. `effect`: the difference that it is narrowest for, in the unit of the losses.

    By the normal approximation of means, so each arm needs some hundred rows. An arm whose losses are all
    equal says nothing: the interval is infinite.
    """
    value = second.mean - first.mean
    if not (first.variance > 0 and second.variance > 0):
        return Difference(value=value, low=-math.inf, high=math.inf)
    variance = first.variance / first.rows + second.variance / second.rows
    mixed = variance + effect**2
    spread = 2 * math.log(1 / (1 - confidence)) + math.log(mixed / variance)
    half = math.sqrt(variance * mixed / effect**2 * spread)
    return Difference(value=value, low=value - half, high=value + half)
