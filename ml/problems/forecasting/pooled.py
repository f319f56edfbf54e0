"""One linear regression over all series: each is regressed on its own past, with shared coefficients.

Montero-Manso and Hyndman, "Principles and algorithms for forecasting groups of time series" (2021): a pooled linear
model can have more lags than a single series could fit.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.autoregression import columns, rolled, solved
from ml.problems.forecasting.changes import changes, in_logs, summed
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
_RIDGE = 1e-3
# A lag is used if three of four series have a history of at least 1.5 times the lag.
_SHORTEST, _LONGER = 0.25, 1.5


def pooled(histories: Sequence[Floats], horizon: int, frequency: Frequency) -> Floats:
    """Shape (series, horizon), from changes over `frequency.changes` steps, in logs if every value is above zero.

    NaN for a series that is too short for the common lags.
    """
    lag, found = frequency.changes, np.full((len(histories), horizon), np.nan)
    logs, backs = zip(*(in_logs(each) for each in histories), strict=True)
    parts = [changes(each, lag) for each in logs]
    longest = np.quantile([len(each) for each in parts], _SHORTEST) / _LONGER
    lags = [1, *(each for each in frequency.lags if each <= longest)]
    sizes = [float(each.std()) if len(each) else 0.0 for each in parts]
    values = [each / (size or 1.0) for each, size in zip(parts, sizes, strict=True)]
    shared = _coefficients(values, lags)
    for at, own in enumerate(values):
        if len(own) >= max(lags):
            ahead = rolled(own, shared, lags, horizon) * (sizes[at] or 1.0)
            found[at] = backs[at](summed(logs[at], ahead, lag))
    return found


def _coefficients(values: Sequence[Floats], lags: Sequence[int]) -> Floats:
    """Shape (lags + 1,): fitted on all rows of all series that are long enough for the lags."""
    squares, products = np.zeros((len(lags) + 1, len(lags) + 1)), np.zeros(len(lags) + 1)
    for own in values:
        if len(own) > max(lags):
            matrix = columns(own, lags)
            squares += matrix.T @ matrix
            products += matrix.T @ own[max(lags) :]
    return solved(squares, products, float(squares[-1, -1]), _RIDGE)
