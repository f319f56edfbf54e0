"""A promise that is itself an estimate: the average of all periods since is compared with it. Pure.

The hold-out that a version's promise comes from is hardly larger than a few periods. A sum that compares each period
with the promise and with the periods before it forgets a loss that exists from the first period on
(`ml/evaluation/accumulated.py`); this average does not, and a loss that begins later hardly moves it.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.optimize import brentq

from ml.evaluation.accumulated import LIFE_PERIODS, Lasting, Seen

RETRAINS = False

# An alarm begins within the first year of months only: then the promise's own error is most of the difference's, and
# more periods say little more about it.
TRIAL_PERIODS = 12
# The power of the information by which the chance is spent, between the two of Kim & DeMets 1987: 1 spends most in the
# first periods, in which a single period shows what is large, and 2 hardly any.
_POWER = 1.5
# A period farther out counts as so many standard errors: one wild period of twelve is no broken promise.
_FAR_OUT = 4.0
# Points of the integral, and how far above a limit they reach: finer ones change no limit by a thousandth.
_STEP, _BEYOND = 0.01, 12.0


def averages(start: Seen, series: Sequence[Seen], *, chance: float, least: float = 0.0) -> list[Lasting]:
    """How far the inverse-variance mean of all periods until each one of `series` lies above `start`, in standard
    errors of both. A mean change of at most half of `least` does not alarm.
    """
    if not series:
        return []
    limits = limits_of(chance, max(0.01, round(start.error / max(series[0].error, 1e-12), 2)))
    weight, total = 0.0, 0.0
    found: list[Lasting] = []
    for place, each in enumerate(series):
        far = _FAR_OUT * math.hypot(each.error, start.error)
        weight += each.weight
        total += each.weight * max(-far, min(far, each.value - start.value))
        error, change = math.hypot(weight**-0.5, start.error), total / weight
        lasts = place < TRIAL_PERIODS or found[-1].alarms
        limit = max(limits[min(place, TRIAL_PERIODS - 1)], least / 2 / error) if lasts else math.inf
        found.append(
            Lasting(
                of="average", height=change / error, limit=limit, periods=place + 1, change=change, least=limit * error
            )
        )
    return found


@lru_cache(maxsize=256)
def limits_of(chance: float, unsure: float) -> tuple[float, ...]:
    """The limit of the average after each of `TRIAL_PERIODS` periods, in its standard errors: if the promise is kept,
    an alarm begins in a share `chance` of `LIFE_PERIODS` periods.

    `unsure`: the promise's error in errors of a period. Averages of independent periods with one common start have the
    correlations of a group-sequential trial: the root of the ratio of their information (Jennison & Turnbull 2000,
    "Group Sequential Methods", chapter 3). Each period's chance is that its average is above its limit and the one
    before was not; the chances add up with the information (Lan & DeMets 1983, "Discrete Sequential Boundaries for
    Clinical Trials"; Kim & DeMets 1987 for its power).
    """
    information = 1 / (unsure**2 + 1 / np.arange(1, TRIAL_PERIODS + 1))
    spent = LIFE_PERIODS * chance * np.diff((information / information[-1]) ** _POWER, prepend=0.0)
    limits = [-float(special.ndtri(min(0.5, spent[0])))]
    for share, ratio in zip(spent[1:], information[:-1] / information[1:], strict=True):
        limits.append(_limit(limits[-1], math.sqrt(ratio), min(0.5, float(share))))
    return tuple(limits)


def _limit(before: float, correlation: float, share: float) -> float:
    """The limit that an average exceeds with chance `share`, the one before being at most `before`; 0 at least."""

    def excess(limit: float) -> float:
        return _rises(before, limit, correlation) - share

    return float(brentq(excess, 0.0, _BEYOND, xtol=1e-4)) if excess(0.0) > 0 else 0.0


def _rises(before: float, limit: float, correlation: float) -> float:
    """The chance that the second of two standard normal variables is above `limit` and the first at most `before`."""
    at = limit + np.arange(_STEP / 2, _BEYOND, _STEP)
    density = np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    return _STEP * float(density @ special.ndtr((before - correlation * at) / math.sqrt(1 - correlation**2)))
