"""Candidates from `statsforecast`, which is installed if a declaration names one.

Each is fitted on a row's past at request time, with the declared season; it stores no parameters.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from .asked import Asked, Floats, naive

# Limits on the search for ARIMA orders, small enough for hundreds of rows; the library's own limits are 5.
_ARIMA: Mapping[str, Any] = {"max_p": 3, "max_q": 3, "max_P": 1, "max_Q": 1, "approximation": True}
# The minimum seasons and periods of history for a fit; with fewer the naive forecast answers.
_SEASONS, _PERIODS = 2, 8
# Fits that a process caches: the steps of an origin share one, and a training requests the same origins several times.
_REMEMBERED = 200_000


def _made(name: str, season: int) -> Any:
    from statsforecast import models  # noqa: PLC0415 - other versions are served without the library

    made: Mapping[str, Callable[[], Any]] = {
        "auto_ets": lambda: models.AutoETS(season_length=season),
        "auto_theta": lambda: models.AutoTheta(season_length=season),
        "auto_ces": lambda: models.AutoCES(season_length=season),
        "auto_arima": lambda: models.AutoARIMA(season_length=season, **_ARIMA),
        "mstl": lambda: models.MSTL(season_length=max(season, 2)),
    }
    return made[name]()


@lru_cache(maxsize=_REMEMBERED)
def _ahead(name: str, season: int, steps: int, past: bytes) -> Floats | None:
    """Shape (steps,); None if the past is too short, or the library fails on it."""
    values = np.frombuffer(past)
    known = np.flatnonzero(np.isfinite(values))
    history = values[known[0] :] if len(known) else values[:0]
    if len(history) < max(_PERIODS, _SEASONS * season + 1):
        return None
    places = np.arange(len(history))
    there = np.isfinite(history)
    filled = np.interp(places, places[there], history[there])
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = np.asarray(_made(name, season).forecast(y=filled, h=steps)["mean"], dtype=np.float64)
    except ImportError:
        raise
    except Exception:  # noqa: BLE001 - the library raises any error, and the other series continue
        return None
    return found if np.isfinite(found).all() else None


def _forecast(asked: Asked, *, name: str) -> Floats:
    """The naive forecast answers rows that the library cannot."""
    found, steps = naive(asked), int(asked.ahead.max(initial=1))
    for row, past in enumerate(np.ascontiguousarray(asked.past, dtype=np.float64)):
        ahead = _ahead(name, asked.season, steps, past.tobytes())
        if ahead is not None:
            found[row] = ahead[asked.ahead[row] - 1]
    return found


# By name, as for the other candidates; they have no columns in the table except their weight.
LIBRARY: Mapping[str, tuple[Callable[..., Floats], tuple[str, ...]]] = {
    name: (partial(_forecast, name=name), ()) for name in ("auto_ets", "auto_theta", "auto_ces", "auto_arima", "mstl")
}
