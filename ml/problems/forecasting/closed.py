"""Closed places in a season, for example a shop's nights: the forecast keeps them closed.

A mean of several models would be slightly above zero there, which relative measures count as completely wrong.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
# Number of newest seasons to inspect, and the minimum.
_MOST, _LEAST = 8, 3
# The share of seemingly closed places that may be due to chance.
_BY_CHANCE = 0.05


def closed(history: Floats, season: int) -> Bools:
    """Shape (season,), from the next step's place on: whether it had the lowest value in each of the newest seasons.

    No place is closed if chance explains it: with a share q of lowest values at the other places, q ** seasons of them
    would also look closed.
    """
    times = min(_MOST, len(history) // season)
    if season < 2 or times < _LEAST:
        return np.zeros(season, dtype=bool)
    lowest = history[-times * season :].reshape(times, season) == history.min()
    found = np.asarray(lowest.all(axis=0))
    if not found.any() or found.all():
        return np.zeros(season, dtype=bool)
    by_chance = season * float(lowest[:, ~found].mean()) ** times
    return found if by_chance <= _BY_CHANCE * found.sum() else np.zeros(season, dtype=bool)


def at_rest(history: Floats, seasons: Sequence[int], horizon: int) -> Bools:
    """Shape (horizon,): whether a step ahead is at a closed place of any season."""
    found = np.zeros(horizon, dtype=bool)
    for season in seasons:
        found |= closed(history, season)[np.arange(horizon) % season]
    return found


def open_steps(history: Floats, seasons: Sequence[int]) -> Floats:
    """The values of the history at places that are not closed."""
    kept = np.ones(len(history), dtype=bool)
    for season in seasons:
        kept &= ~closed(history, season)[(np.arange(len(history)) - len(history)) % season]
    return np.asarray(history[kept])
