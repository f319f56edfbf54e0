"""Seasons: the lengths that a history supports, and a deseasonalised history."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from statsforecast.mstl import mstl

Floats = npt.NDArray[np.float64]
# A season is removed if the history contains it this many times.
_TIMES = 2
# Not `lru_cache`, of which a worker that gets this code with its task knows only the name.
_KEPT: dict[tuple[bytes, tuple[int, ...]], tuple[Floats, ...]] = {}


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


def _parts(history: bytes, seasons: tuple[int, ...]) -> tuple[Floats, ...]:
    """The component of each season, shape (steps,); the newest stay, for several candidates use the same history."""
    asked = (history, seasons)
    if asked not in _KEPT:
        found = mstl(np.frombuffer(history), list(seasons))
        names = ["seasonal"] if len(seasons) == 1 else [f"seasonal{season}" for season in seasons]
        _KEPT.clear()
        _KEPT[asked] = tuple(found[name].to_numpy(float) for name in names)
    return _KEPT[asked]
