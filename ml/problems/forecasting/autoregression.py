"""A series regressed on its own past at the lags of its seasons: ridge regression, rolled forward step by step."""

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
# Weight of the penalty against the rows, whose columns have a variance of about 1.
_RIDGE = 1e-3
# Rows for each coefficient, below which a lag is left out.
_ROWS = 3


def autoregression(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """Shape (horizon,). The longest lags are left out until the history holds enough rows for the rest."""
    lags = [1, *frequency.lags]
    while len(lags) > 1 and len(history) - lags[-1] < _ROWS * (len(lags) + 1):
        lags.pop()
    level = float(history[-max(lags) :].mean())
    size = float(history.std()) or 1.0
    values = (history - level) / size
    start = max(lags)
    past = np.column_stack([values[start - lag : len(values) - lag] for lag in lags])
    matrix = np.column_stack([past, np.ones(len(past))])
    penalty = _RIDGE * len(matrix) * np.eye(matrix.shape[1])
    penalty[-1, -1] = 0.0
    coefficients = np.linalg.solve(matrix.T @ matrix + penalty, matrix.T @ values[start:])
    rolled = np.concatenate([values[-start:], np.zeros(horizon)])
    for step in range(start, start + horizon):
        rolled[step] = coefficients[:-1] @ rolled[step - np.asarray(lags)] + coefficients[-1]
    return np.asarray(rolled[start:] * size + level)
