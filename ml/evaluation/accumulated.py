"""Small changes that last: a cumulative sum over periods, which adds up what no single period shows. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.optimize import brentq

RETRAINS = False

# Half of the smallest change that is looked for, in standard errors of a period (Page 1954).
ALLOWANCE = 0.75
_LEAST = 1e-12
# Standard errors that one period in 370 is off by chance (Shewhart 1931).
_FAR_OUT = 3.0
_CEILING = 1.25


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


def upward(start: Seen, series: Sequence[Seen], *, alarm: float, least: float = 0.0, joins: bool) -> list[Sum]:
    """The cumulative sum after each period of `series` for a rise over `start`.

    `start` is only an estimate, and its error is in every deviation. If it `joins`, each period is compared with
    `start` and all periods before it together, by inverse variance, so that deviations are independent of each other
    (Hawkins 1987, "Self-Starting CUSUM Charts for Location and Scale"); it forgets a change over many periods. If it
    does not, half of its error is allowed for in every period, which is right where it is not much smaller
    than a period's and few series are looked at. Changes of half of `least` and less do not add up.

    The sum stays within a quarter of the height `alarm`, so that a change that has ended is not told for long; a period
    that is far out joins nothing, so that what follows is not held against it.
    """
    known, weight, height, periods, deviations = start.value, _weight(start), 0.0, 0, 0.0
    found = []
    for each in series:
        error = math.hypot(each.error, weight**-0.5) if joins else max(each.error, _LEAST)
        allowed = ALLOWANCE if joins else ALLOWANCE + start.error / error / 2
        deviation = (each.value - known) / error
        height = max(0.0, min(_CEILING * alarm, height + deviation - max(allowed, least / 2 / error)))
        periods, deviations = (periods + 1, deviations + each.value - known) if height else (0, 0.0)
        found.append(Sum(height=height, periods=periods, change=deviations / periods if periods else 0.0))
        if joins and abs(deviation) <= _FAR_OUT:
            known = (known * weight + each.value * _weight(each)) / (weight + _weight(each))
            weight += _weight(each)
    return found


def _weight(seen: Seen) -> float:
    return max(seen.error, _LEAST) ** -2


def height_of(periods_between_false_alarms: float) -> float:
    """The height that a sum of a steady figure passes once in so many periods on average.

    Source: Siegmund 1985, "Sequential Analysis", section 2.6: with allowance k and b = height + 1.166, so many periods
    are (exp(2 k b) - 2 k b - 1) / (2 k**2).
    """

    def excess(height: float) -> float:
        exponent = 2 * ALLOWANCE * (height + 1.166)
        return (math.exp(exponent) - exponent - 1) / (2 * ALLOWANCE**2) - periods_between_false_alarms

    return float(brentq(excess, 0.0, 60.0)) if excess(0.0) < 0 else 0.0
