"""Values of any column in an ordered form."""

from datetime import date

import pandas as pd

RETRAINS = False


def comparable(values: pd.Series) -> pd.Series:
    """Dates and timestamps as days since 1970, so that they have an order; other values unchanged."""
    known = values.dropna()
    is_time = pd.api.types.is_datetime64_any_dtype(values.dtype) or (len(known) and isinstance(known.iloc[0], date))
    if not is_time:
        return values
    times = pd.to_datetime(values, errors="coerce", utc=True)
    return (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
