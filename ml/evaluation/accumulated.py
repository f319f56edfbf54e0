"""Small changes that last: a cumulative sum over periods, which adds up what no single period shows. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import brentq

RETRAINS = False

Floats = npt.NDArray[np.float64]

# Half of the smallest change that is looked for, in standard errors of a period (Page 1954): where periods join, which
# makes a change look smaller from period to period, and where they do not.
_JOINING, _APART = 1.0, 0.75
# So many standard errors of a start that does not join are allowed for, beside that.
_UNSURE = 2.5
# For so many periods chance is kept: two years of months, longer than most versions live.
LIFE_PERIODS = 24
_LEAST = 1e-12
# Standard errors that one period in 370 is off by chance (Shewhart 1931).
_FAR_OUT = 3.0
_CEILING = 1.25
# Of the chance so much is for a head start. A promise that is not kept is most often not kept from the first period on;
# a change that began before the version did is what periods that join forget.
_HEAD_APART, _HEAD_JOINING = 0.65, 0.25
# Points of the two integrals: more change no height by a thousandth.
_POINTS, _STARTS = 48, 21
# What is higher than this is not reached in a version's life, and too high for so few points.
_HIGHEST = 64.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One figure of one period, with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A cumulative sum after one period: how high it is, over how many periods, and by how much these differ from
    before on average.
    """

    height: float
    periods: int
    change: float


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The `height` that an alarm is above, and the `head` start that the sum has before its first period."""

    height: float
    head: float = 0.0


def upward(start: Seen, series: Sequence[Seen], *, bound: Bound, least: float = 0.0, joins: bool) -> list[Sum]:
    """The cumulative sum after each period of `series` for a rise over `start`.

    `start` is only an estimate, and its error is in every deviation. If it `joins`, each period is compared with
    `start` and all periods before it together, by inverse variance, so that deviations are independent of each other
    (Hawkins 1987, "Self-Starting CUSUM Charts for Location and Scale"); it forgets a change over many periods. If it
    does not, its error is allowed for in every period, which is right where it is not much smaller than a period's and
    few series are looked at. Changes of half of `least` and less do not add up.

    The sum stays within a quarter of the height, so that a change that has ended is not told for long; a period that is
    far out joins as one that is three standard errors out, so that what follows is hardly held against it. To leave it
    out would keep a start that is too low too low, and alarm 1.6 times as often where the start is of twelve periods.
    """
    known, weight, height, periods, deviations = start.value, _weight(start), bound.head, 0, 0.0
    found = []
    for each in series:
        error = math.hypot(each.error, weight**-0.5) if joins else max(each.error, _LEAST)
        allowed = allowance(0.0 if joins else start.error / error)
        deviation = (each.value - known) / error
        height = max(0.0, min(_CEILING * bound.height, height + deviation - max(allowed, least / 2 / error)))
        periods, deviations = (periods + 1, deviations + each.value - known) if height else (0, 0.0)
        found.append(Sum(height=height, periods=periods, change=deviations / periods if periods else 0.0))
        if joins:
            weight += _weight(each)
            known += max(-_FAR_OUT, min(_FAR_OUT, deviation)) * error * _weight(each) / weight
    return found


def allowance(unsure: float) -> float:
    """What each deviation is less by, in errors of a period, if the start has an error of `unsure` of them."""
    return math.hypot(_APART, _UNSURE * unsure) if unsure else _JOINING


def _weight(seen: Seen) -> float:
    return max(seen.error, _LEAST) ** -2


@lru_cache(maxsize=256)
def bound_of(chance: float, unsure: float = 0.0) -> Bound:
    """The bound at which the sum of a steady figure begins an alarm in a share `chance` of `LIFE_PERIODS` periods.

    `unsure`: the error of a start that does not join, in errors of a period; 0: it joins. Chance has it that some
    starts are too good, and these alarm again and again: each time counts, and what is kept is the mean over all
    starts. A head start has its share of the chance (Lucas & Crosier 1982, "Fast Initial Response for CUSUM
    Quality-Control Schemes"): what is wrong is most often wrong from the first period on, or before it.
    """
    life = LIFE_PERIODS * chance
    head_share = _HEAD_APART if unsure else _HEAD_JOINING
    height = _root(lambda height: _alarms(height, 0.0, unsure) - life * (1 - head_share))
    # How short of the height the sum begins.
    short = _root(lambda short: _alarms(height, max(0.0, height - short), unsure) - life)
    return Bound(height=height, head=max(0.0, height - short))


def _root(excess: Callable[[float], float]) -> float:
    """Where it falls below zero; 0 if it is below from the start."""
    above, below = 0.0, 1.0
    if excess(above) <= 0:
        return 0.0
    while excess(below) > 0 and below < _HIGHEST:
        above, below = below, 2 * below
    return float(brentq(excess, above, below, xtol=1e-3)) if excess(below) < 0 else below


def _alarms(height: float, head: float, unsure: float) -> float:
    """How often a sum from `head` on passes `height` within `LIFE_PERIODS` periods in which nothing changes."""
    starts, weights = np.polynomial.hermite_e.hermegauss(_STARTS if unsure else 1)
    passed = _passed(height, head, allowance(unsure) - unsure * starts)
    return float(weights @ passed / weights.sum())


def _passed(height: float, head: float, less: Floats) -> Floats:
    """How often it does on average, for each of what deviations are `less` by: Page's integral equation (1954) for one
    period after the other, of a sum that stays between 0 and its ceiling and may pass again once it has come down.
    """
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    ceiling = _CEILING * height
    below, above = height / 2 * (points + 1), height + (ceiling - height) / 2 * (points + 1)
    at = np.concatenate([[head, 0.0], below, above, [ceiling]])
    short = less[:, None] - at
    density = np.exp(-((at[2:-1] + short[:, :, None]) ** 2) / 2) / math.sqrt(2 * math.pi)
    into = density * np.concatenate([weights * height / 2, weights * (ceiling - height) / 2])
    empty, full = special.ndtr(short), special.ndtr(-ceiling - short)
    begins = special.ndtr(-height - short) * (at <= height)
    passed = np.zeros(short.shape)
    for _ in range(LIFE_PERIODS):
        moved = (into @ passed[:, 2:-1, None])[:, :, 0]
        passed = begins + empty * passed[:, 1:2] + moved + full * passed[:, -1:]
    return np.asarray(passed[:, 0])
