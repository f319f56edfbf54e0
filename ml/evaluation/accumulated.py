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

# Half of the smallest change to detect, in standard errors of a period (Page 1954).
_ALLOWANCE = 1.0
# The false-alarm chance holds over this many periods: two years of months, longer than most versions live.
LIFE_PERIODS = 24
_LEAST = 1e-12
# A deviation in standard errors that chance exceeds in one period of 370 (Shewhart 1931).
_FAR_OUT = 3.0
_CEILING = 1.25
# The share of the chance for a head start: periods that join forget a change that began before the version.
_HEAD = 0.25
# Points of the integral: more points change no height by a thousandth.
_POINTS = 48
# A version's life does not reach a higher sum, and these few points are not exact above it.
_HIGHEST = 64.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One figure of one period, with its standard error."""

    value: float
    error: float

    @property
    def weight(self) -> float:
        """The inverse of its variance."""
        return max(self.error, _LEAST) ** -2


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """What has lasted until one period: the `height` of a sum or an average in standard errors, over so many
    `periods`, and their mean difference from before.

    `of`: what it is the height of. `limit`: the height that chance seldom exceeds. `least`: the mean difference over as
    many periods that would be an alarm.
    """

    of: str
    height: float
    limit: float
    periods: int
    change: float
    least: float

    @property
    def alarms(self) -> bool:
        """Whether it is more than chance explains."""
        return self.height > self.limit


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The `height` above which the sum alarms, and the `head` start of the sum before its first period."""

    height: float
    head: float = 0.0


def sums(start: Seen, series: Sequence[Seen], *, bound: Bound, least: float = 0.0) -> list[Lasting]:
    """The cumulative sum after each period of `series` for a rise over `start` and all earlier periods.

    Each period is compared with the inverse-variance mean of `start` and all earlier periods, and the error of both is
    part of the deviation, so that deviations are independent (Hawkins 1987, "Self-Starting CUSUM Charts for Location
    and Scale"); over many periods it forgets a change. Changes of at most half of `least` do not add up.

    The sum exceeds the height by at most a quarter, so that a change that has ended is not reported for long. An
    outlying period joins as if it were three standard errors off, so it hardly affects the comparison of later
    periods. Leaving it out would keep a start that is too low, and alarm 1.6 times as often with a start from twelve
    periods.
    """
    known, weight, height, periods, deviations = start.value, start.weight, bound.head, 0, 0.0
    found = []
    for each in series:
        error = math.hypot(each.error, weight**-0.5)
        allowed = max(_ALLOWANCE, least / 2 / error)
        deviation = (each.value - known) / error
        height = max(0.0, min(_CEILING * bound.height, height + deviation - allowed))
        periods, deviations = (periods + 1, deviations + each.value - known) if height else (0, 0.0)
        found.append(
            Lasting(
                of="sum",
                height=height,
                limit=bound.height,
                periods=periods,
                change=deviations / periods if periods else 0.0,
                least=(bound.height / max(1, periods) + allowed) * error,
            )
        )
        weight += each.weight
        known += max(-_FAR_OUT, min(_FAR_OUT, deviation)) * error * each.weight / weight
    return found


@lru_cache(maxsize=256)
def bound_of(chance: float) -> Bound:
    """The bound at which the sum of a steady figure begins an alarm in a share `chance` of `LIFE_PERIODS` periods.

    Each alarm counts, also that of a sum that has come down. A head start gets its share of the chance (Lucas & Crosier
    1982, "Fast Initial Response for CUSUM Quality-Control Schemes"): drifts often began before the version.
    """
    life = LIFE_PERIODS * chance
    height = _root(lambda height: _alarms(height, 0.0) - life * (1 - _HEAD))
    # The distance of the sum's start below the height.
    short = _root(lambda short: _alarms(height, max(0.0, height - short)) - life)
    return Bound(height=height, head=max(0.0, height - short))


def _root(excess: Callable[[float], float]) -> float:
    """The root of the falling function `excess`; 0 if it starts at or below zero."""
    above, below = 0.0, 1.0
    if excess(above) <= 0:
        return 0.0
    while excess(below) > 0 and below < _HIGHEST:
        above, below = below, 2 * below
    return float(brentq(excess, above, below, xtol=1e-3)) if excess(below) < 0 else below


def _alarms(height: float, head: float) -> float:
    """Expected alarms of a sum that starts at `head`, over `LIFE_PERIODS` periods without a change: Page's integral
    equation (1954), solved period by period, for a sum that stays between 0 and its ceiling and may alarm again after
    it has come down.
    """
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    ceiling = _CEILING * height
    below, above = height / 2 * (points + 1), height + (ceiling - height) / 2 * (points + 1)
    at = np.concatenate([[head, 0.0], below, above, [ceiling]])
    short = _ALLOWANCE - at
    density = np.exp(-((at[2:-1] + short[:, None]) ** 2) / 2) / math.sqrt(2 * math.pi)
    into = density * np.concatenate([weights * height / 2, weights * (ceiling - height) / 2])
    empty, full = special.ndtr(short), special.ndtr(-ceiling - short)
    begins = special.ndtr(-height - short) * (at <= height)
    passed: Floats = np.zeros(short.size)
    for _ in range(LIFE_PERIODS):
        passed = begins + empty * passed[1] + into @ passed[2:-1] + full * passed[-1]
    return float(passed[0])
