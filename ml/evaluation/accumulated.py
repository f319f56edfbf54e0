"""Small lasting changes: a cumulative sum (CUSUM) over periods finds changes that no single period shows. Pure."""

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

# Half of the smallest change to detect, in standard errors of a period (Page 1954): if periods join, which makes a
# change look smaller from period to period, and if they do not.
_JOINING, _APART = 1.0, 0.75
# Additional allowance, in standard errors of a start that does not join.
_UNSURE = 2.5
# The false-alarm chance holds over this many periods: two years of months, longer than most versions live.
LIFE_PERIODS = 24
_LEAST = 1e-12
# A deviation in standard errors that chance exceeds in one period of 370 (Shewhart 1931).
_FAR_OUT = 3.0
_CEILING = 1.25
# The share of the chance for a head start. A broken promise is mostly broken from the first period on; joining periods
# forget a change that began before the version.
_HEAD_APART, _HEAD_JOINING = 0.65, 0.25
# Points of the two integrals: more points change no height by a thousandth.
_POINTS, _STARTS = 48, 21
# A version's life does not reach a higher sum, and these few points are not exact above it.
_HIGHEST = 64.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One figure of one period, with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A cumulative sum after one period: its height, its number of periods, and their mean difference from before."""

    height: float
    periods: int
    change: float


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The `height` above which the sum alarms, and the `head` start of the sum before its first period."""

    height: float
    head: float = 0.0


def upward(start: Seen, series: Sequence[Seen], *, bound: Bound, least: float = 0.0, joins: bool) -> list[Sum]:
    """The cumulative sum after each period of `series` for a rise over `start`.

    `start` is only an estimate, and its error is part of every deviation. If it `joins`, each period is compared with
    the inverse-variance mean of `start` and all earlier periods, so that deviations are independent (Hawkins 1987,
    "Self-Starting CUSUM Charts for Location and Scale"); over many periods it forgets a change. If it does not join,
    every period allows for its error, which is right if that error is not much smaller than a period's and few series
    are monitored. Changes of at most half of `least` do not add up.

    The sum exceeds the height by at most a quarter, so that a change that has ended is not reported for long. An
    outlying period joins as if it were three standard errors off, so it hardly affects the comparison of later
    periods. Leaving it out would keep a start that is too low, and alarm 1.6 times as often with a start from twelve
    periods.
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
    """The allowance subtracted from each deviation, in errors of a period; `unsure`: the start's error, likewise."""
    return math.hypot(_APART, _UNSURE * unsure) if unsure else _JOINING


def _weight(seen: Seen) -> float:
    return max(seen.error, _LEAST) ** -2


@lru_cache(maxsize=256)
def bound_of(chance: float, unsure: float = 0.0) -> Bound:
    """The bound at which the sum of a steady figure begins an alarm in a share `chance` of `LIFE_PERIODS` periods.

    `unsure`: the error of a start that does not join, in errors of a period; 0: it joins. By chance some starts are too
    good, and these alarm again and again: each alarm counts, and the bound keeps the mean over all starts. A head start
    gets its share of the chance (Lucas & Crosier 1982, "Fast Initial Response for CUSUM Quality-Control Schemes"):
    errors mostly exist from the first period on, or before it.
    """
    life = LIFE_PERIODS * chance
    head_share = _HEAD_APART if unsure else _HEAD_JOINING
    height = _root(lambda height: _alarms(height, 0.0, unsure) - life * (1 - head_share))
    # The distance of the sum's start below the height.
    short = _root(lambda short: _alarms(height, max(0.0, height - short), unsure) - life)
    return Bound(height=height, head=max(0.0, height - short))


def _root(excess: Callable[[float], float]) -> float:
    """The root of the falling function `excess`; 0 if it starts at or below zero."""
    above, below = 0.0, 1.0
    if excess(above) <= 0:
        return 0.0
    while excess(below) > 0 and below < _HIGHEST:
        above, below = below, 2 * below
    return float(brentq(excess, above, below, xtol=1e-3)) if excess(below) < 0 else below


def _alarms(height: float, head: float, unsure: float) -> float:
    """Expected alarms of a sum that starts at `head`, over `LIFE_PERIODS` periods without a change."""
    starts, weights = np.polynomial.hermite_e.hermegauss(_STARTS if unsure else 1)
    passed = _passed(height, head, allowance(unsure) - unsure * starts)
    return float(weights @ passed / weights.sum())


def _passed(height: float, head: float, less: Floats) -> Floats:
    """Expected alarms for each allowance in `less`: Page's integral equation (1954), solved period by period, for a sum
    that stays between 0 and its ceiling and may alarm again after it has come down.
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
