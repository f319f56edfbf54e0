"""Naive2, the reference of OWA: the last value, seasonally adjusted if the history is seasonal (M4 guide)."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# Two-sided 90 %, as in the M4 guide's test of seasonality.
_LIMIT = 1.645


def is_seasonal(history: Floats, season: int) -> bool:
    """Whether the autocorrelation at `season` is beyond chance; never for less than three seasons of history."""
    if season < 2 or len(history) < 3 * season:
        return False
    centred = history - history.mean()
    total = float((centred**2).sum())
    if total == 0:
        return False
    lags = [float((centred[lag:] * centred[:-lag]).sum()) / total for lag in range(1, season + 1)]
    limit = _LIMIT * np.sqrt((1 + 2 * np.square(lags[:-1]).sum()) / len(history))
    return bool(abs(lags[-1]) > limit)


def seasonal_indices(history: Floats, season: int) -> Floats:
    """Shape (season,): the factor at each place in the season, by classical multiplicative decomposition; mean 1."""
    weights = np.ones(season) if season % 2 else np.concatenate([[0.5], np.ones(season - 1), [0.5]])
    trend = np.convolve(history, weights / season, mode="valid")
    start = (len(weights) - 1) // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = history[start : start + len(trend)] / trend
    places = (np.arange(len(trend)) + start) % season
    means = np.array([np.nanmean(ratios[places == place]) for place in range(season)])
    return np.asarray(means / means.mean())


def naive2(history: Floats, horizon: int, season: int) -> Floats:
    """Shape (horizon,)."""
    if not is_seasonal(history, season) or (history <= 0).any():
        return np.full(horizon, history[-1])
    factors = seasonal_indices(history, season)
    last = history[-1] / factors[(len(history) - 1) % season]
    return np.asarray(last * factors[(len(history) + np.arange(horizon)) % season])
