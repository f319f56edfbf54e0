"""From a stranger's table to series: what is accepted, and what is refused with its rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.problems.forecasting import calendar
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.frequency import DAILY, HOURLY, MONTHLY, WEEKLY, YEARLY, Frequency, frequency
from ml.problems.forecasting.panel import Columns, Series, panel

COLUMNS = Columns(id="shop", time="day", target="sold")


def _read(times: Any, values: Any, step: Frequency = DAILY, horizon: int = 1, shop: Any = "a") -> list[Series]:
    return panel(pd.DataFrame({"shop": shop, "day": times, "sold": values}), COLUMNS, step, horizon)


def test_rows_in_any_order_become_series_by_id() -> None:
    """Sorted by time inside each."""
    found = _read(["2024-01-02", "2024-01-01", "2024-01-01"], [2, 1, 9], shop=["b", "b", "a"])
    assert [(each.id, each.values.tolist()) for each in found] == [("a", [9.0]), ("b", [1.0, 2.0])]
    assert found[1].last == pd.Timestamp("2024-01-02")


def test_whole_numbers_count_steps() -> None:
    """As the files of M4 do; the forecast goes on counting."""
    (series,) = _read([1, 2, 3], [5, 6, 7], HOURLY)
    assert series.values.tolist() == [5.0, 6.0, 7.0]
    assert calendar.after(series.last, HOURLY, 2) == [4, 5]


def test_a_gap_is_the_line_between_its_neighbours() -> None:
    """A missing row and an empty value alike; empty ends are cut off."""
    (series,) = _read([1, 2, 3, 6, 7, 8], [None, 10.0, None, 40.0, 50.0, None])
    assert series.values.tolist() == [10.0, 17.5, 25.0, 32.5, 40.0, 50.0]
    assert (series.filled, series.last) == (3, 7)


def test_a_gap_of_a_seasonal_series_has_its_season() -> None:
    """Sundays sell 80 and other days 10: the missing Sunday is no mean of Saturday and Monday."""
    days = np.array([day for day in range(70) if day != 34])
    (series,) = _read(days, np.where(days % 7 == 6, 80.0, 10.0))
    assert series.values[34] == pytest.approx(80.0, abs=3.0)


@pytest.mark.parametrize(
    ("times", "step", "following"),
    [
        (["2024-01-31", "2024-02-29"], MONTHLY, ["2024-03-31", "2024-04-30"]),
        (["2024-01-15", "2024-02-15"], MONTHLY, ["2024-03-15", "2024-04-15"]),
        (["2023-01-01", "2024-01-01"], YEARLY, ["2025-01-01", "2026-01-01"]),
        (["2024-03-30T23:00:00", "2024-03-31T00:00:00"], HOURLY, ["2024-03-31 01:00", "2024-03-31 02:00"]),
        (["2024-12-18", "2024-12-25"], WEEKLY, ["2025-01-01", "2025-01-08"]),
    ],
)
def test_the_times_that_follow_stay_on_the_grid(times: list[str], step: Frequency, following: list[str]) -> None:
    """The last day of a month stays one."""
    (series,) = _read(times, [1, 2], step)
    assert calendar.after(series.last, step, 2) == [pd.Timestamp(each) for each in following]


@pytest.mark.parametrize(
    ("times", "values", "step", "message"),
    [
        (["2024-01-01", "soon"], [1, 2], DAILY, r"row 2: 'day' is not a time: write times as 2024-01-31"),
        (["2024-01-01", "2024-01-02"], ["1", "many"], DAILY, r"row 2: 'sold' is text \('many'\): write a number"),
        ([1, 2], [1.0, np.inf], DAILY, r"row 2: 'sold' is infinite"),
        ([1, 2.5], [1, 2], DAILY, r"row 2: 'day' is not a whole number"),
        ([1, 2, 2], [1, 2, 3], DAILY, r"rows 2, 3: duplicate times, as series 'a' has 2 more than once: keep one"),
        (
            ["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 01:30"],
            [1, 2, 3],
            HOURLY,
            r"row 3: series 'a' is not hourly, as at 2024-01-01 01:30:00: bring its times to one step, or give another",
        ),
        (["2024-01-01", "2024-01-08", "2024-01-11"], [1, 2, 3], WEEKLY, r"row 3: series 'a' is not weekly"),
        (["2024-01-31", "2024-02-29", "2024-03-15"], [1, 2, 3], MONTHLY, r"row 3: series 'a' is not monthly"),
        ([1, 2], [None, None], DAILY, r"series 'a' has no value: remove it"),
        ([1, 2], [1.0, 1e101], DAILY, r"row 2: 'sold' is beyond 1e\+100: give it in a larger unit"),
        ([20240131, 20240201], [1, 2], DAILY, r"rows 1, 2: 'day' counts no steps, as 20240131: write 2024-01-31"),
        (
            [202311, 202312, 202401],
            [1, 2, 3],
            MONTHLY,
            r"rows 1, 2, 3: 'day' counts no steps, as 202311: write 2024-01$",
        ),
        (
            ["2023-10-29 01:00", "2023-10-29 02:00", "2023-10-29 02:00"],
            [1, 2, 3],
            HOURLY,
            r"rows 2, 3: duplicate times, .*, or add them up \(an hour that clocks repeat: give its offset from UTC\)",
        ),
        (["2262-04-10", "2262-04-11"], [1, 2], DAILY, r"1 steps after 2262-04-11 00:00:00 are beyond 2262-04-11"),
        (
            [*range(1_700_000_000, 1_700_864_000, 86_400)],
            [*range(10)],
            DAILY,
            r"series 'a' has 10 values in 777,601 steps from 1700000000 to 1700777600: correct a wrong time, write 0",
        ),
        (["2024-01-01", "2024-01-02", "2204-01-03"], [1, 2, 3], DAILY, r"3 values in 65,746 steps from 2024-01-01"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_rows(times: Any, values: Any, step: Frequency, message: str) -> None:
    """Rows are counted from 1 below the header."""
    with pytest.raises(ForecastError, match=message):
        _read(times, values, step)


def test_an_id_that_is_a_number_is_named_as_one() -> None:
    """Parquet keeps whole numbers; they stay whole numbers."""
    with pytest.raises(ForecastError, match=r"series 5 has 2 steps, fewer"):
        _read([1, 2], [1, 2], horizon=3, shop=[5, 5])
    assert [type(each.id) for each in _read([1], [1], shop=[5])] == [int]


def test_a_horizon_beyond_the_history_is_refused() -> None:
    """With what there is, and every way out."""
    with pytest.raises(ForecastError, match=r"series 'a' has 3 steps, fewer than the horizon of 4: give a longer"):
        _read([1, 2, 3], [1, 2, 3], horizon=4)


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    """All of them at once."""
    with pytest.raises(ForecastError, match=r"columns \['day', 'sold'\] are missing: the file has \['shop', 'ds'\]"):
        panel(pd.DataFrame({"shop": ["a"], "ds": [1]}), COLUMNS, DAILY, 1)


def test_a_file_that_was_not_split_is_told_apart_from_one_without_the_columns() -> None:
    """Semicolons or tabs leave one column that holds all names."""
    with pytest.raises(ForecastError, match=r"the file has .'shop;day;sold'.; separate its columns by commas"):
        panel(pd.DataFrame({"shop;day;sold": ["a;1;2"]}), COLUMNS, DAILY, 1)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (Columns(id="shop", time="day", target="day"), r"are 'shop', 'day', 'day': name three columns"),
        (Columns(id="model", time="day", target="sold"), r"\['model'\] have names of output columns, forecast"),
        (Columns(id="shop", time="lo-80", target="sold"), r"\['lo-80'\] have names of output columns"),
    ],
)
def test_columns_are_three_and_none_is_one_that_is_written(columns: Columns, message: str) -> None:
    """The file would have two columns of one name."""
    table = pd.DataFrame({name: [1, 2] for name in (columns.id, columns.time, columns.target)})
    with pytest.raises(ForecastError, match=message):
        panel(table, columns, DAILY, 1)


def test_nine_of_ten_steps_may_be_missing() -> None:
    """No more: one value of eleven tells nothing of those around it."""
    (series,) = _read([0, 19], [1, 20])
    assert (len(series.values), series.filled) == (20, 18)
    with pytest.raises(ForecastError, match="2 values in 21 steps"):
        _read([0, 20], [1, 20])


def test_all_findings_come_together() -> None:
    """One round through a file shows every series that is too short."""
    with pytest.raises(ForecastError) as refused:
        _read([1, 1], [1, 2], horizon=2, shop=["a", "b"])
    assert [line.split(" has ")[0] for line in str(refused.value).splitlines()[1:]] == ["- series 'a'", "- series 'b'"]


def test_a_frequency_has_its_names_and_no_other() -> None:
    """In words or as pandas has it."""
    assert [frequency(each).name for each in ("hourly", "W-MON", "MS", "D")] == ["hourly", "weekly", "monthly", "daily"]
    with pytest.raises(ForecastError, match=r"frequency 'minutely' is not known: give one of hourly \(h\)"):
        frequency("minutely")
