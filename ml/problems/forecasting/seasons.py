"""Seasons: the lengths that a history supports, and a deseasonalised history."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from statsforecast.mstl import mstl

Floats = npt.NDArray[np.float64]
# A season is removed if the history contains it this many times.
_TIMES = 2


def usable(seasons: Sequence[int], steps: int) -> list[int]:
    """The `seasons` that fit into `steps` at least twice with two steps to spare, shortest first."""
    return [season for season in seasons if season > 1 and steps >= _TIMES * season + 2]


def without_seasons(history: Floats, seasons: Sequence[int], horizon: int) -> tuple[Floats, Floats]:
    """The history without its seasons, shape (steps,), and the seasonal effects of the next steps, shape (horizon,)."""
    if not seasons:
        return history, np.zeros(horizon)
    adjusted, ahead = history.copy(), np.zeros(horizon)
    for season, part in zip(seasons, _parts(history.tobytes(), tuple(seasons)), strict=True):
        adjusted -= part
        ahead += part[-season:][np.arange(horizon) % season]
    return adjusted, ahead


@lru_cache(maxsize=2)
def _parts(history: bytes, seasons: tuple[int, ...]) -> tuple[Floats, ...]:
    """The component of each season, shape (steps,), cached: several candidates in a row use the same history."""
    found = mstl(np.frombuffer(history), list(seasons))
    names = ["seasonal"] if len(seasons) == 1 else [f"seasonal{season}" for season in seasons]
    return tuple(found[name].to_numpy(float) for name in names)
