"""The candidates: forecasts from the past alone.

`past` has shape (rows, periods), oldest first, NaN before a series began; a later missing value leaves a smoothed state
unchanged. Parameters are scalars or have shape (rows,). Every forecast has shape (rows,).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .asked import Asked, Floats, naive
from .library import LIBRARY

TREES = "all_series"


def mean_of_newest(asked: Asked, *, mean_periods: Any) -> Floats:
    """The mean of the newest `mean_periods` periods."""
    age = np.arange(asked.past.shape[1])[::-1]
    taken = np.isfinite(asked.past) & (age < np.broadcast_to(mean_periods, len(asked.past))[:, None])
    mean: Floats = np.where(taken, asked.past, 0.0).sum(axis=1) / np.maximum(taken.sum(axis=1), 1)
    return mean


def seasonal_mean(asked: Asked) -> Floats:
    """The mean of the same place in all known seasons; the newest value if there is none."""
    length = asked.past.shape[1]
    back = asked.lag[:, None] + asked.season * np.arange(length // asked.season + 1)
    found = np.take_along_axis(asked.past, np.maximum(length - 1 - back, 0), axis=1)
    known = np.isfinite(found) & (back < length)
    mean = np.where(known, found, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(known.any(axis=1), mean, asked.past[:, -1]))


def inner_naive(asked: Asked) -> Floats:
    """The value of the same place in the last inner season."""
    return naive(Asked(past=asked.past, ahead=asked.ahead, season=asked.inner))


def two_seasons(asked: Asked, *, level_share: Any) -> Floats:
    """The same place in the last season, plus a share of the newest inner season's difference from a season before.

    For hours: a day's shape comes from the same day a week ago, its level from yesterday against a week before.
    """
    newest, before = (
        asked.past[:, asked.past.shape[1] - asked.inner - back :][:, : asked.inner] for back in (0, asked.season)
    )
    change = newest - before
    known = np.isfinite(change)
    moved = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(naive(asked) + level_share * moved)


def _smoothed(values: Floats, alpha: Any) -> Floats:
    """The level after the newest value, from the first known value on; 0 if no value is known."""
    level = np.full(len(values), np.nan)
    for at in range(values.shape[1]):
        now = values[:, at]
        moved = np.where(np.isnan(level), now, alpha * now + (1 - alpha) * level)
        level = np.where(np.isnan(now), level, moved)
    return np.asarray(np.nan_to_num(level))


def smoothing(asked: Asked, *, ses_alpha: Any) -> Floats:
    """Simple exponential smoothing, from the first known value on."""
    return _smoothed(asked.past, ses_alpha)


def damped_trend(asked: Asked, *, trend_alpha: Any, trend_beta: Any, trend_phi: Any) -> Floats:
    """Level and damped trend; the trend begins at zero. Source: Gardner and McKenzie 1985, "Forecasting Trends"."""
    level, trend = np.full(len(asked.past), np.nan), np.zeros(len(asked.past))
    for at in range(asked.past.shape[1]):
        now = asked.past[:, at]
        begins = np.isnan(level)
        expected = np.where(begins, now, level + trend_phi * trend)
        raised = trend_alpha * now + (1 - trend_alpha) * expected
        turned = np.where(begins, 0.0, trend_beta * (raised - level) + (1 - trend_beta) * trend_phi * trend)
        known = np.isfinite(now)
        level, trend = np.where(known, raised, level), np.where(known, turned, trend)
    phi = np.broadcast_to(np.asarray(trend_phi, dtype=float), len(trend))
    return np.asarray(np.nan_to_num(level + trend * phi * (1 - phi**asked.ahead) / (1 - phi)))


def theta(asked: Asked, *, theta_alpha: Any) -> Floats:
    """The Theta method: smoothing with half of the linear trend as drift.

    Source: Hyndman and Billah 2003, "Unmasking the Theta method", section 2.
    """
    known = np.isfinite(asked.past)
    count = known.sum(axis=1)
    place = np.where(known, np.cumsum(known, axis=1) - 1.0, 0.0)
    away = np.where(known, place - place.sum(axis=1, keepdims=True) / np.maximum(count, 1)[:, None], 0.0)
    spread = (away**2).sum(axis=1)
    slope = np.divide(
        (away * np.nan_to_num(asked.past)).sum(axis=1), spread, out=np.zeros(len(count)), where=spread > 0
    )
    fading = (1 - (1 - theta_alpha) ** count) / theta_alpha
    return np.asarray(_smoothed(asked.past, theta_alpha) + slope / 2 * (asked.ahead - 1 + fading))


def croston(asked: Asked, *, croston_alpha: Any) -> Floats:
    """Intermittent demand: smoothed size over smoothed interval, with bias correction; 0 without any demand.

    Source: Croston 1972; Syntetos and Boylan 2005, "The Accuracy of Intermittent Demand Estimates" (SBA).
    """
    rows = len(asked.past)
    size, interval, since = np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows)
    for at in range(asked.past.shape[1]):
        now = asked.past[:, at]
        since += np.isfinite(now)
        sold, first = now > 0, np.isnan(size)
        size = np.where(sold, np.where(first, now, croston_alpha * now + (1 - croston_alpha) * size), size)
        interval = np.where(
            sold, np.where(first, since, croston_alpha * since + (1 - croston_alpha) * interval), interval
        )
        since = np.where(sold, 0.0, since)
    return np.asarray(np.nan_to_num((1 - np.asarray(croston_alpha) / 2) * size / interval))


def tsb(asked: Asked, *, tsb_size: Any, tsb_share: Any) -> Floats:
    """Smoothed size of demand times the smoothed share of periods with demand, which decays without demand.

    Source: Teunter, Syntetos and Babai 2011, "Intermittent demand: Linking forecasting to inventory obsolescence".
    """
    sold = np.where(np.isfinite(asked.past), (asked.past > 0).astype(float), np.nan)
    return _smoothed(np.where(asked.past > 0, asked.past, np.nan), tsb_size) * _smoothed(sold, tsb_share)


# By name: the forecast function, and the columns of the table with its parameters.
_OWN: Mapping[str, tuple[Callable[..., Floats], tuple[str, ...]]] = {
    "naive": (naive, ()),
    "mean": (mean_of_newest, ("mean_periods",)),
    "seasonal_mean": (seasonal_mean, ()),
    "smoothing": (smoothing, ("ses_alpha",)),
    "damped_trend": (damped_trend, ("trend_alpha", "trend_beta", "trend_phi")),
    "theta": (theta, ("theta_alpha",)),
    "croston": (croston, ("croston_alpha",)),
    "tsb": (tsb, ("tsb_size", "tsb_share")),
    "inner_naive": (inner_naive, ()),
    "two_seasons": (two_seasons, ("level_share",)),
}
# Candidates that need an inner season.
OF_TWO_SEASONS = ("inner_naive", "two_seasons")
CANDIDATES: Mapping[str, tuple[Callable[..., Floats], tuple[str, ...]]] = {**_OWN, **LIBRARY}
NAMES = (*CANDIDATES, TREES)
# Additional inputs of the model over all series: three candidates, divided by the scale of the series.
HINTS: Mapping[str, Callable[[Asked], Floats]] = {
    "_naive": naive,
    "_mean": lambda asked: mean_of_newest(asked, mean_periods=asked.past.shape[1]),
    "_smoothing": lambda asked: smoothing(asked, ses_alpha=0.3),
}


def weight(name: str) -> str:
    """The column of the table with the weight of the candidate `name`."""
    return f"weight_{name}"
