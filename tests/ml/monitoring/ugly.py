"""Ugly frames of a period, made of a good one."""

import numpy as np
import pandas as pd

from tests.ml.monitoring.made import PREDICTION


def nothing(frame: pd.DataFrame) -> pd.DataFrame:
    """No rows."""
    return frame.iloc[:0]


def one(frame: pd.DataFrame) -> pd.DataFrame:
    """One row."""
    return frame.iloc[:1]


def all_null(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value is missing."""
    return frame.assign(**dict.fromkeys(frame.columns, np.nan))


def null_column(frame: pd.DataFrame) -> pd.DataFrame:
    """One column without values."""
    return frame.assign(limit_bal=np.nan)


def unscored(frame: pd.DataFrame) -> pd.DataFrame:
    """No row has an answer."""
    return frame.assign(**{PREDICTION: np.nan})
