"""Comparing two arms while their rows still arrive: intervals that stay valid under repeated evaluation. Pure.

The inverted mixture sequential probability ratio test: over all evaluations together, the chance that an interval
misses the true difference is at most 1 - confidence, so a test may stop as soon as an interval is conclusive.
Source: Johari, Koomen, Pekelis, Walsh 2022, "Always Valid Inference: Continuous Monitoring of A/B Tests", Operations
Research 70(3), section 4, after Robbins 1970, "Statistical Methods Related to the Law of the Iterated Logarithm".
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One arm: its number of rows, and the mean and variance of their losses; NaN for fewer than two rows."""

    rows: int
    mean: float
    variance: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The second arm's mean loss minus the first's, with its always-valid interval."""

    value: float
    low: float
    high: float


def arm(losses: npt.NDArray[np.float64]) -> Arm:
    """An arm from one loss per row. Raises ValueError for a loss that is not finite."""
    if not np.isfinite(losses).all():
        raise ValueError("a loss is not a finite number: the answers cannot be compared")
    if len(losses) < 2:
        return Arm(rows=len(losses), mean=math.nan, variance=math.nan)
    return Arm(rows=len(losses), mean=float(losses.mean()), variance=float(losses.var(ddof=1)))


def difference(first: Arm, second: Arm, *, effect: float, confidence: float) -> Difference:
    """The always-valid interval. `effect`: the difference for which it is narrowest, in the unit of the losses.

    It uses the normal approximation of means, so each arm needs some hundred rows. If an arm's losses are all equal,
    the interval is infinite.
    """
    value = second.mean - first.mean
    if not (first.variance > 0 and second.variance > 0):
        return Difference(value=value, low=-math.inf, high=math.inf)
    variance = first.variance / first.rows + second.variance / second.rows
    mixed = variance + effect**2
    spread = 2 * math.log(1 / (1 - confidence)) + math.log(mixed / variance)
    half = math.sqrt(variance * mixed / effect**2 * spread)
    return Difference(value=value, low=value - half, high=value + half)
