"""Times as whole steps: their positions on the grid of a frequency, and the next times.

Times are timestamps, or whole numbers that count steps.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting.frequency import Frequency

Steps = npt.NDArray[np.int64]


def steps(times: "pd.Series[Any]", frequency: Frequency) -> tuple[Steps, npt.NDArray[np.bool_]]:
    """The step of each time since the first, and whether it lies off the grid that starts at the first time.

    For months the grid is the most common day, or the last day of each month if that is most common.
    """
    if pd.api.types.is_integer_dtype(times):
        numbers = times.to_numpy(np.int64)
        return numbers - numbers.min(), np.zeros(len(numbers), dtype=bool)
    if frequency.seconds:
        passed = (times - times.min()).dt.total_seconds().to_numpy()
        return (passed // frequency.seconds).astype(np.int64), passed % frequency.seconds != 0
    months = (times.dt.year * 12 + times.dt.month).to_numpy(np.int64)
    passed = months - months.min()
    ends = times.dt.is_month_end
    # If a month lacks the day, its last day counts.
    usual = np.minimum(times.dt.day.mode().max(), times.dt.days_in_month)
    wrong = ~ends if ends.mean() > 0.5 else times.dt.day != usual
    return passed // frequency.months, (passed % frequency.months != 0) | wrong.to_numpy(bool)


def after(last: Any, frequency: Frequency, horizon: int) -> list[Any]:
    """The `horizon` times that follow `last`; the last day of a month stays one."""
    ahead = range(1, horizon + 1)
    if isinstance(last, int | np.integer):
        return [int(last) + step for step in ahead]
    if frequency.seconds:
        return [last + pd.Timedelta(seconds=frequency.seconds * step) for step in ahead]
    if last.is_month_end:
        return [last + pd.offsets.MonthEnd(frequency.months * step) for step in ahead]
    return [last + pd.DateOffset(months=frequency.months * step) for step in ahead]
