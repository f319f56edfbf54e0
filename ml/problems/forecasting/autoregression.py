"""Ridge regression of a series on its own past at the lags of its seasons, rolled forward step by step."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.changes import changes, in_logs, summed
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
# Weight of the penalty against the rows, whose columns have a variance of about 1: the first follows its series
# closely, the second only if many rows agree.
_CLOSE, _CAREFUL = 1e-3, 1e-1
# Minimum rows per coefficient; below it a lag is left out.
_ROWS = 3


def autoregression(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """Shape (horizon,). The longest lags are dropped until the history has enough rows for the rest."""
    return _rolled(history, horizon, frequency.lags, _CLOSE)


def log_autoregression(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """As `autoregression`, with a larger penalty, on logs if every value is above zero."""
    values, back = in_logs(history)
    return back(_rolled(values, horizon, frequency.lags, _CAREFUL))


def change_autoregression(history: Floats, horizon: int, frequency: Frequency) -> Floats:
    """As `log_autoregression`, on changes over `frequency.changes` steps: it uses only the newest level."""
    values, back = in_logs(history)
    lag = frequency.changes
    return back(summed(values, _rolled(changes(values, lag), horizon, frequency.lags, _CAREFUL), lag))


def columns(values: Floats, lags: Sequence[int]) -> Floats:
    """Shape (steps - longest lag, lags + 1): the regressors of each value, and 1."""
    start = max(lags)
    past = [values[start - lag : len(values) - lag] for lag in lags]
    return np.column_stack([*past, np.ones(len(values) - start)])


def solved(squares: Floats, products: Floats, rows: float, ridge: float) -> Floats:
    """Shape (lags + 1,): coefficients from the columns' sums of squares and products; the intercept has no penalty."""
    penalty = ridge * rows * np.eye(len(squares))
    penalty[-1, -1] = 0.0
    return np.asarray(np.linalg.solve(squares + penalty, products))


def rolled(values: Floats, coefficients: Floats, lags: Sequence[int], horizon: int) -> Floats:
    """Shape (horizon,): each step computed from the steps before it."""
    start, back = max(lags), np.asarray(lags)
    found = np.concatenate([values[-start:], np.zeros(horizon)])
    for step in range(start, start + horizon):
        found[step] = coefficients[:-1] @ found[step - back] + coefficients[-1]
    return np.asarray(found[start:])


def _rolled(history: Floats, horizon: int, seasonal: Sequence[int], ridge: float) -> Floats:
    lags = [1, *seasonal]
    while len(lags) > 1 and len(history) - lags[-1] < _ROWS * (len(lags) + 1):
        lags.pop()
    level = float(history[-max(lags) :].mean())
    size = float(history.std()) or 1.0
    values = (history - level) / size
    matrix = columns(values, lags)
    coefficients = solved(matrix.T @ matrix, matrix.T @ values[max(lags) :], len(matrix), ridge)
    return np.asarray(rolled(values, coefficients, lags, horizon) * size + level)
