"""The rows that the values of series become."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from ml.declarations import Calendar, Period
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.origins import Origins

_DAY = Calendar(period=Period.DAY)
_HOURS = Origins(
    calendar=Calendar(period=Period.HOUR), judging=_DAY, history=("past_0", "past_1", "past_2"), horizon=2, least=2
)


def _hours(*values: float, gap: int | None = None) -> pd.DataFrame:
    """One series from 21:00 on 1 May 2024, hour after hour; `gap` is left out."""
    first = datetime(2024, 5, 1, 21)
    rows = [("a", first + timedelta(hours=at), value) for at, value in enumerate(values) if at != gap]
    return pd.DataFrame(rows, columns=["series", "at", "value"])


def test_the_last_hour_of_a_day_asks_about_the_next_ones() -> None:
    """One row per step, with the newest value first; the key, what it asks about, and when that is over."""
    made = _HOURS.rows(_hours(1, 2, 3, 4))
    assert list(made.columns) == list(_HOURS.columns)
    assert made[["past_0", "past_1", "past_2"]].to_numpy().tolist() == [[3, 2, 1]] * 2
    assert list(made["series_step"]) == ["a|1", "a|2"]
    assert list(made["example_id"]) == ["a|1|2024-05-01T23", "a|2|2024-05-01T23"]
    assert list(made["origin"]) == [datetime(2024, 5, 1, 23)] * 2
    assert list(made["target"]) == [datetime(2024, 5, 2, 0), datetime(2024, 5, 2, 1)]
    assert list(made["known_from"]) == [datetime(2024, 5, 2, 1), datetime(2024, 5, 2, 2)]


def test_a_gap_is_unknown_and_too_many_are_no_row() -> None:
    """Of three hours two must be known, the newest among them."""
    assert _HOURS.rows(_hours(1, 2, 3, gap=1)).loc[0, "past_0"] == 3
    assert pd.isna(_HOURS.rows(_hours(1, 2, 3, gap=1)).loc[0, "past_1"])
    assert _HOURS.rows(_hours(1, 2, 3, gap=2)).empty
    assert _HOURS.rows(_hours(1, 2, 3).tail(1)).empty
    assert _HOURS.rows(_hours()).empty


def test_two_values_of_one_hour_are_refused() -> None:
    """With the series."""
    with pytest.raises(ForecastError, match="series 'a' has more than one value in a hour: give one"):
        _HOURS.rows(pd.concat([_hours(1, 2, 3), _hours(1)]))


def test_steps_are_months_if_the_calendar_counts_them() -> None:
    """Each month is an origin."""
    monthly = Origins(calendar=Calendar(), judging=Calendar(), history=("past_0",), horizon=1, least=1)
    made = monthly.rows(pd.DataFrame({"series": "a", "at": [date(2023, 12, 1), date(2024, 1, 1)], "value": [5, 6]}))
    assert list(made["target"]) == [date(2024, 1, 1), date(2024, 2, 1)]
    assert list(made["known_from"]) == [date(2024, 2, 1), date(2024, 3, 1)]
    assert list(made["past_0"]) == [5, 6]
