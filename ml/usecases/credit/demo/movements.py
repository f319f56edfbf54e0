"""Generated account movements before an application: the inflow, and the days overdrawn.

They are a second source: no column of the application contains their information. `strain` is their effect on the
log-odds of default, so a model that reads their history can beat a model without it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Months before the application, newest first.
MONTHS_BEFORE = (1, 2, 3)
INFLOW = tuple(f"INFLOW_{month}" for month in MONTHS_BEFORE)
OVERDRAWN = tuple(f"OVERDRAWN_DAYS_{month}" for month in MONTHS_BEFORE)
COLUMNS = INFLOW + OVERDRAWN
# Mean and spread of the two parts over many generated clients, which center `strain` at 0.
_USUAL_DAYS, _DAYS_SPREAD = 6.7, 9.0
_FALL_SPREAD = 0.30


def movements(rows: int, seed: int) -> pd.DataFrame:
    """The movements of `rows` clients, one row each. They depend on a separate seed, not on other client data."""
    random = np.random.default_rng([seed, 2])
    tight = random.normal(size=rows)
    usual = np.exp(random.normal(10.3, 0.5, size=rows))
    change = random.normal(0.0, 0.15, size=rows)
    noise = random.normal(0.0, 0.05, size=(rows, len(MONTHS_BEFORE)))
    steps = np.array(MONTHS_BEFORE)[::-1] - 2  # 1, 0, -1: the newest month has most of the change
    inflow = usual[:, None] * np.exp(change[:, None] * steps[None, :] + noise)
    days = random.poisson(np.exp(0.2 + 1.1 * tight)[:, None], size=(rows, len(MONTHS_BEFORE)))
    values = np.column_stack([np.round(inflow), np.minimum(days, 31)]).astype(np.int64)
    return pd.DataFrame(values, columns=list(COLUMNS))


def strain(frame: pd.DataFrame) -> Floats:
    """The strain of each client's account: 0 is usual, 1 one standard deviation more. 0 for a frame without movements.

    Computed from the overdrawn days of the three months and the fall of the inflow from the oldest to the newest month.
    """
    if not has_movements(frame):
        return np.zeros(len(frame))
    days = frame[list(OVERDRAWN)].to_numpy(float).sum(axis=1)
    inflow = frame[list(INFLOW)].to_numpy(float)
    fall = (inflow[:, -1] - inflow[:, 0]) / np.maximum(inflow.mean(axis=1), 1)
    both = np.clip((days - _USUAL_DAYS) / _DAYS_SPREAD, -1, 3) + np.clip(fall / _FALL_SPREAD, -3, 3)
    return np.asarray(both / np.sqrt(2), dtype=np.float64)


def has_movements(frame: pd.DataFrame) -> bool:
    """Whether a raw frame contains this source; the real file does not."""
    return set(COLUMNS) <= set(frame.columns)
