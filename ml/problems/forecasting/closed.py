"""Places in a season at which a series rests: nights of a shop, of the sun; they are forecast to rest again.

A mean of several models is a little above zero there, which counts as wholly wrong in relative measures, and is wrong.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
# Newest seasons that are looked at, and how many there must be.
_MOST, _LEAST = 8, 3
# Of the places that look closed, the share that may do so by chance.
_BY_CHANCE = 0.05


def closed(history: Floats, season: int) -> Bools:
    """Shape (season,), the first place that of the next step: it held the lowest value in each of the newest seasons.

    None is closed if chance explains it: with a share q of lowest values at the other places, q ** seasons of them
    would look closed as well.
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
    """Shape (horizon,): the steps ahead that lie at closed places of any of the seasons."""
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
