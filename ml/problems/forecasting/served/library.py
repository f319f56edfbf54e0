"""Candidates of `statsforecast`, which is installed where a declaration names one.

Each is fitted on the past of a row when it is asked, with the season that is declared; it has no parameters to keep.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from .asked import Asked, Floats, naive

# A search of ARIMA orders, small enough for hundreds of rows; the library's own limits are 5.
_ARIMA: Mapping[str, Any] = {"max_p": 3, "max_q": 3, "max_P": 1, "max_Q": 1, "approximation": True}
# Seasons of a history, and periods, that a fit needs; with fewer the naive forecast answers.
_SEASONS, _PERIODS = 2, 8
# Fits that a process remembers: the steps of an origin share one, and a training asks the same origins several times.
_REMEMBERED = 200_000


def _made(name: str, season: int) -> Any:
    from statsforecast import models  # noqa: PLC0415 - other versions are served where it need not be installed

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
    except Exception:  # noqa: BLE001 - the library raises what it likes, and the other series go on
        return None
    return found if np.isfinite(found).all() else None


def _forecast(asked: Asked, *, name: str) -> Floats:
    """Rows that it cannot answer are answered by the naive forecast."""
    found, steps = naive(asked), int(asked.ahead.max(initial=1))
    for row, past in enumerate(np.ascontiguousarray(asked.past, dtype=np.float64)):
        ahead = _ahead(name, asked.season, steps, past.tobytes())
        if ahead is not None:
            found[row] = ahead[asked.ahead[row] - 1]
    return found


# By name, as the other candidates; none has columns in the table but its weight.
LIBRARY: Mapping[str, tuple[Callable[..., Floats], tuple[str, ...]]] = {
    name: (partial(_forecast, name=name), ()) for name in ("auto_ets", "auto_theta", "auto_ces", "auto_arima", "mstl")
}
