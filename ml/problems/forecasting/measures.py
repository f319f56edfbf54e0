"""Measures of forecasts, all with one signature: truth, forecast, history, season.

`truth` and `forecast` have shape (steps,), `history` has the values before them, `season` is the lag of the scales'
differences. A measure is NaN if it is not defined: a scale of zero, or no step.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# The relative error of a few operations on numbers of this type.
_ROUNDING = 16 * float(np.finfo(np.float64).eps)
ForecastMeasure = Callable[[Floats, Floats, Floats, int], float]


def smape(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Mean of 2 |y - f| / (|y| + |f|), in percent (0 to 200); a step at which both are zero counts as right."""
    del history, season
    size = np.abs(truth) + np.abs(forecast)
    parts = np.divide(2 * np.abs(truth - forecast), size, out=np.zeros(len(truth)), where=size > 0)
    return float(100 * parts.mean()) if len(parts) else float("nan")


def mase(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Mean absolute error over that of the seasonal naive forecast inside `history` (Hyndman and Koehler, 2006)."""
    return _over(float(np.abs(truth - forecast).mean()), np.abs(_seasonal_steps(history, season)))


def rmsse(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Root of the mean squared error over that of the seasonal naive forecast inside `history` (M5)."""
    return float(np.sqrt(_over(float(((truth - forecast) ** 2).mean()), _seasonal_steps(history, season) ** 2)))


def wape(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Sum of the absolute errors over the sum of the absolute true values."""
    del history, season
    return _over(float(np.abs(truth - forecast).mean()), np.abs(truth))


def bias(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Sum of forecast - truth over the sum of the absolute true values: positive if the forecast was too high."""
    del history, season
    return _over(float((forecast - truth).mean()), np.abs(truth))


def pinball(quantile: float) -> ForecastMeasure:
    """The measure for a forecast of this quantile, in the unit of the values."""

    def loss(truth: Floats, forecast: Floats, history: Floats, season: int) -> float:
        """Mean of q (y - f) if the truth lies above the forecast, and of (1 - q) (f - y) if below."""
        del history, season
        missed = truth - forecast
        return float(np.maximum(quantile * missed, (quantile - 1) * missed).mean())

    return loss


def coverage(truth: Floats, lower: Floats, upper: Floats) -> float:
    """The share of true values between `lower` and `upper`, ends included."""
    return float(((truth >= lower) & (truth <= upper)).mean())


def owa(smape_of: float, mase_of: float, naive2_smape: float, naive2_mase: float) -> float:
    """Half of sMAPE and MASE over those of Naive2, each a mean over all series (M4 guide); NaN if one of these is 0."""
    if naive2_smape == 0 or naive2_mase == 0:
        return float("nan")
    return (smape_of / naive2_smape + mase_of / naive2_mase) / 2


MEASURES: Mapping[str, ForecastMeasure] = {"smape": smape, "mase": mase, "rmsse": rmsse, "wape": wape, "bias": bias}


def _seasonal_steps(history: Floats, season: int) -> Floats:
    """Differences of values a season apart; of neighbouring values if the history is shorter than the season.

    Differences within rounding are none: a series that repeats itself has no scale, as a constant one.
    """
    lag = season if len(history) > season else 1
    steps = np.asarray(history[lag:] - history[:-lag])
    return np.where(np.abs(steps) > _ROUNDING * np.abs(history).max(initial=0.0), steps, 0.0)


def _over(error: float, scales: Floats) -> float:
    scale = float(scales.mean()) if len(scales) else 0.0
    return error / scale if scale > 0 else float("nan")
