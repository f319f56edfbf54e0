"""From the values of series to the rows of a forecast: the values known at each origin, for each step ahead. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Calendar, Period
from ml.problems.forecasting.errors import ForecastError

Floats = npt.NDArray[np.float64]
_HOUR_S = 3600
# The columns of a row before its past.
HEADS = ("series_step", "example_id", "origin", "target", "known_from", "series", "step")


@dataclass(frozen=True, kw_only=True)
class Origins:
    """The rule that turns the values of a series into rows.

    Attributes:
        calendar: a step is one of its periods.
        judging: the last period of each of its periods is an origin; the steps after it are forecast.
        history: the columns of the past, newest first; an origin needs the newest value and at least `least` values.
        horizon: steps ahead.
    """

    calendar: Calendar
    judging: Calendar
    history: Sequence[str]
    horizon: int
    least: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `rows`, in order."""
        return (*HEADS, *self.history)

    def rows(self, values: pd.DataFrame) -> pd.DataFrame:
        """One row per series, origin and step: `columns`. A period without a value is NaN in the past.

        `origin` is the newest known period, `target` the forecast period, and `known_from` the end of the target.
        A row is a function of its origin's period and earlier ones.

        Args:
            values: `series` (text), `at` (a time in the period) and `value`; one row per series and period.

        Raises ForecastError naming a series with two values in one period.
        """
        made = [self._of_series(str(name), own) for name, own in values.groupby("series")]
        if not made:
            return pd.DataFrame(columns=list(self.columns))
        return pd.concat(made, ignore_index=True)[list(self.columns)]

    def _of_series(self, name: str, values: pd.DataFrame) -> pd.DataFrame:
        numbers = np.array([self.calendar.number(at) for at in values["at"]], dtype=np.int64)
        if len(np.unique(numbers)) < len(numbers):
            raise ForecastError(f"series {name!r} has more than one value in a {self.calendar.period}: give one")
        first, length = int(numbers.min()), len(self.history)
        grid = np.full(length - 1 + int(numbers.max()) - first + 1, np.nan)
        grid[numbers - first + length - 1] = values["value"].to_numpy(float)
        # For each period the window that ends with it, newest value first.
        windows = np.lib.stride_tricks.sliding_window_view(grid, length)[:, ::-1]
        known = np.isfinite(windows)
        asked = [
            at for at in np.flatnonzero(known[:, 0] & (known.sum(axis=1) >= self.least)) if self._ends(first + int(at))
        ]
        origins = np.repeat(np.asarray(asked, dtype=np.int64), self.horizon)
        steps = np.tile(np.arange(1, self.horizon + 1), len(asked))
        past = pd.DataFrame(windows[origins], columns=list(self.history))
        return pd.concat([self._heads(name, origins + first, steps), past], axis=1)

    def _heads(self, name: str, origins: npt.NDArray[np.int64], steps: npt.NDArray[np.int64]) -> pd.DataFrame:
        keys = [f"{name}|{step}" for step in steps]
        return pd.DataFrame(
            {
                "series_step": keys,
                "example_id": [f"{key}|{self.calendar.name(int(at))}" for key, at in zip(keys, origins, strict=True)],
                "origin": [moment(self.calendar, int(at)) for at in origins],
                "target": [moment(self.calendar, int(at)) for at in origins + steps],
                "known_from": [moment(self.calendar, int(at)) for at in origins + steps + 1],
                "series": name,
                "step": steps,
            }
        )

    def _ends(self, number: int) -> bool:
        """Whether a judging period ends with the period `number`."""
        this, following = (self.judging.number(moment(self.calendar, at)) for at in (number, number + 1))
        return this != following


def moment(calendar: Calendar, number: int) -> date:
    """The start of period `number`: for hours a UTC time without a zone, as in Spark's frames; else its day."""
    if calendar.period is Period.HOUR:
        return datetime.fromtimestamp(number * _HOUR_S, UTC).replace(tzinfo=None)
    return calendar.first_day(number)
