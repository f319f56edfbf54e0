"""Whether a column of the past contains future values."""

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.errors import ForecastError

Floats = npt.NDArray[np.float64]
# A value may repeat in some column by chance; it does so in nearly every row only if the column is the outcome.
_NEARLY_ALL, _BY_CHANCE = 0.95, 0.5
_LEAST_ROWS = 50


def require_past(past: Floats, ahead: npt.NDArray[np.int64], truth: Floats, names: tuple[str, ...]) -> None:
    """Raise ForecastError naming each column of `past` (rows, periods; `names` in order) that contains the outcome.

    Checked per step over the rows with an outcome other than zero: a column equals it in nearly all rows, while half
    of the columns do not in half of the rows.
    """
    found = []
    for step in np.unique(ahead):
        rows = (ahead == step) & (truth != 0)
        if rows.sum() < _LEAST_ROWS:
            continue
        equal = (past[rows] == truth[rows, None]).mean(axis=0)
        if np.median(equal) <= _BY_CHANCE:
            found += [
                f"{names[at]} equals the outcome {step} steps ahead in {equal[at]:.0%} of {rows.sum()} rows"
                for at in np.flatnonzero(equal >= _NEARLY_ALL)
            ]
    if found:
        raise ForecastError(
            f"the past contains future values: {'; '.join(found)}. Compute it only from values known at the origin"
        )
