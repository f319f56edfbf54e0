"""What the known columns explain of a series: a linear effect, estimated on changes.

Changes remove level and season, which would otherwise be taken for an effect of a column that grows or repeats with
them: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (3rd ed.), section 10.1.
"""

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.changes import changes
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
# Weight of the penalty against the rows, whose columns have a variance of 1: it decides only between equal columns.
_RIDGE = 1e-3
# Minimum changes per column; with fewer, nothing is explained.
_ROWS = 3
# A history this many seasons long is also compared with itself a season ago.
_SEASONS = 3


def explained(history: Floats, known: Floats, frequency: Frequency) -> Floats:
    """Shape (steps + horizon,): the part of each value, and of those ahead, that the columns explain; mean 0 before.

    `known` has shape (steps + horizon, columns). Estimated from `history` alone, on changes over one step or over the
    shortest season, whichever leaves less unexplained.
    """
    steps, season = len(history), frequency.seasons[0]
    lags = [1, season] if season > 1 and steps >= _SEASONS * season else [1]
    fits = [_fitted(history, known[:steps], lag) for lag in lags]
    coefficients = min(fits, key=lambda fit: fit[1])[0]
    return np.asarray((known - known[:steps].mean(axis=0)) @ coefficients)


def _fitted(history: Floats, known: Floats, lag: int) -> tuple[Floats, float]:
    """The coefficient of each column, and the variance of the changes over `lag` steps that remains."""
    change, moves = changes(history, lag), changes(known, lag)
    sizes = moves.std(axis=0)
    if len(change) < _ROWS * (known.shape[1] + 1) or not sizes.any():
        return np.zeros(known.shape[1]), float(change.var()) if len(change) else np.inf
    scaled = (moves - moves.mean(axis=0)) / np.where(sizes > 0, sizes, 1.0)
    squares = scaled.T @ scaled + _RIDGE * len(scaled) * np.eye(scaled.shape[1])
    found = np.linalg.solve(squares, scaled.T @ (change - change.mean()))
    rest = change - scaled @ found
    return np.asarray(np.where(sizes > 0, found / np.where(sizes > 0, sizes, 1.0), 0.0)), float(rest.var())
