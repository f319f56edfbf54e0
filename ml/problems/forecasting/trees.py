"""One gradient-boosted model over all series, with mlforecast: short series learn from the others."""

import warnings
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean, RollingStd

from ml.problems.forecasting.changes import changes, summed
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
# With fewer series there is nothing to share.
LEAST_SERIES = 8
# Maximum number of newest rows over all series in the fit: about 1 GB of memory.
_MOST_ROWS = 1_500_000
_FITTED: dict[str, Any] = {
    "objective": "l2",
    "n_estimators": 250,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_child_samples": 30,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.8,
    # Equal input gives an equal model, on any number of cores.
    "random_state": 7,
    # On a busy machine, threads wait for each other far longer than one thread works.
    "n_jobs": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def trees(histories: Sequence[Floats], horizon: int, frequency: Frequency) -> Floats:
    """Shape (series, horizon). Fitted on differences of each series in its own unit of about 1."""
    lag = frequency.difference
    longest = max(2 * max(frequency.lags), _MOST_ROWS // len(histories))
    parts = [_differences(history[-longest:], lag) for history in histories]
    spread = [float(part.std()) or 1.0 for part in parts]
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
            "ds": np.concatenate([np.arange(len(part)) for part in parts]),
            "y": np.concatenate([part / size for part, size in zip(parts, spread, strict=True)]),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _model(frequency)
        model.fit(table, dropna=False, static_features=[])
        ahead = model.predict(horizon)["LGBMRegressor"].to_numpy(float).reshape(len(parts), horizon)
    return np.stack(
        [_summed(history, steps * size, lag) for history, steps, size in zip(histories, ahead, spread, strict=True)]
    )


def _model(frequency: Frequency) -> MLForecast:
    season = max(4, frequency.seasons[0])
    return MLForecast(
        models=[lightgbm.LGBMRegressor(**_FITTED)],
        freq=1,
        lags=[1, *frequency.lags],
        lag_transforms={1: [RollingMean(season, min_samples=1), RollingStd(season, min_samples=2)]},
    )


def _differences(history: Floats, lag: int) -> Floats:
    """Differences over `lag`, or from the mean if the history is not longer than that."""
    return changes(history, lag) if len(history) > lag + 1 else history - history.mean()


def _summed(history: Floats, ahead: Floats, lag: int) -> Floats:
    """The forecast whose differences over `lag` are `ahead`."""
    return summed(history, ahead, lag) if len(history) > lag + 1 else np.asarray(ahead + history.mean())
