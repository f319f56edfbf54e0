"""The candidates for a series. A candidate is a function of history, horizon and frequency alone."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from statsforecast import models

from ml.problems.forecasting.autoregression import autoregression, change_autoregression, log_autoregression
from ml.problems.forecasting.frequency import Frequency
from ml.problems.forecasting.seasons import usable, without_seasons

Floats = npt.NDArray[np.float64]
Candidate = Callable[[Floats, int, Frequency], Floats]
# A search of ARIMA orders, small enough for a thousand steps; statsforecast's own limits are 5.
_ARIMA: Mapping[str, Any] = {"max_p": 3, "max_q": 3, "max_P": 1, "max_Q": 1, "approximation": True}
# The longest season for a state-space model, which has one state per step of the season.
_LONGEST_STATE = 24
# Number of newest seasons in a mean; older ones are outdated.
_MOST_SEASONS = 4


def _library(make: Callable[[int], Any], *, seasonal: bool = True) -> Candidate:
    """A statsforecast model on the raw history, with the longest season that it supports."""

    def forecast(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        lengths = usable(frequency.seasons, len(history)) if seasonal else []
        return _ahead(make(lengths[0] if lengths else 1), history, horizon)

    return forecast


def _adjusted(make: Callable[[int], Any]) -> Candidate:
    """A non-seasonal model on the deseasonalised history; the seasons are added back."""

    def forecast(history: Floats, horizon: int, frequency: Frequency) -> Floats:
        rest, ahead = without_seasons(history, usable(frequency.seasons, len(history)), horizon)
        return np.asarray(_ahead(make(1), rest, horizon) + ahead)

    return forecast


def _seasonal_naive(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """The value one longest season ago."""
    season = (usable(frequency.seasons, len(history)) or [1])[-1]
    return np.asarray(history[-season:][np.arange(horizon) % season])


def _seasonal_mean(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """The mean of the newest longest seasons, moved halfway to the level of the newest shortest season."""
    lengths = usable(frequency.seasons, len(history)) or [1]
    shortest, longest = lengths[0], lengths[-1]
    times = min(_MOST_SEASONS, len(history) // longest)
    mean = history[-times * longest :].reshape(times, longest).mean(axis=0)
    moved = (history[-shortest:].mean() - mean[-shortest:].mean()) / 2
    return np.asarray(mean[np.arange(horizon) % longest] + moved)


def _mfles(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """Boosted steps of trend, Fourier seasons and a smoothed remainder."""
    lengths = usable(frequency.seasons, len(history)) or None
    return _ahead(models.MFLES(season_length=lengths), history, horizon)


def _ahead(model: Any, history: Floats, horizon: int) -> Floats:
    return np.asarray(model.forecast(y=history, h=horizon)["mean"], dtype=float)


def _ets(season: int) -> Any:
    return models.AutoETS(season_length=season if season <= _LONGEST_STATE else 1)


def _theta(season: int) -> Any:
    return models.DynamicOptimizedTheta(season_length=season)


def _ces(season: int) -> Any:
    return models.AutoCES(season_length=season)


def _arima(season: int) -> Any:
    return models.AutoARIMA(season_length=season if season <= _LONGEST_STATE else 1, **_ARIMA)


CANDIDATES: Mapping[str, Candidate] = {
    "Naive": _library(lambda _: models.Naive(), seasonal=False),
    "SeasonalNaive": _seasonal_naive,
    "SeasonalMean": _seasonal_mean,
    "ETS": _library(_ets, seasonal=False),
    "Theta": _library(_theta, seasonal=False),
    "CES": _library(_ces, seasonal=False),
    "ARIMA": _library(_arima, seasonal=False),
    "AutoETS": _library(_ets),
    "AutoTheta": _library(_theta),
    "AutoCES": _library(_ces),
    "AutoARIMA": _library(_arima),
    "MSTL-AutoETS": _adjusted(_ets),
    "MSTL-AutoTheta": _adjusted(_theta),
    "MSTL-AutoARIMA": _adjusted(_arima),
    "MFLES": _mfles,
    "Autoregression": autoregression,
    "LogAutoregression": log_autoregression,
    "ChangeAutoregression": change_autoregression,
    "Mean": _library(lambda _: models.HistoricAverage(), seasonal=False),
    "CrostonSBA": _library(lambda _: models.CrostonSBA(), seasonal=False),
    "TSB": _library(lambda _: models.TSB(alpha_d=0.1, alpha_p=0.1), seasonal=False),
    "SES": _library(lambda _: models.SimpleExponentialSmoothingOptimized(), seasonal=False),
}
