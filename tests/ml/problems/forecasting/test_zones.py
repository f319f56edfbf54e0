"""Times with a zone: which are dates, which are read as UTC, and in which zone the forecasts are written."""

from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from ml.problems.forecasting.frequency import DAILY, HOURLY
from ml.problems.forecasting.panel import Columns, Series, panel
from ml.problems.forecasting.zones import naive, written

_BERLIN = "Europe/Berlin"
# The first has 23 hours, the second 25.
_SPRING, _AUTUMN = ("2023-03-25", "2023-10-28")


def _series(times: Any, step: Any) -> Series:
    table = pd.DataFrame({"shop": "a", "day": times, "sold": [float(at) for at in range(len(times))]})
    (found,) = panel(table, Columns(id="shop", time="day", target="sold"), step, 1)
    return found


def _texts(times: pd.DatetimeIndex) -> list[str]:
    return [each.isoformat() for each in times]


@pytest.mark.parametrize("start", [_SPRING, _AUTUMN])
@pytest.mark.parametrize("as_given", [list, _texts])
def test_days_of_23_and_25_hours_are_days(start: str, as_given: Any) -> None:
    """Midnights where they were written are dates, in Parquet and in CSV."""
    found = _series(as_given(pd.date_range(start, periods=4, tz=_BERLIN)), DAILY)
    assert (found.filled, found.last) == (0, pd.Timestamp(start) + pd.Timedelta(days=3))


@pytest.mark.parametrize("start", [_SPRING, _AUTUMN])
@pytest.mark.parametrize("as_given", [list, _texts])
def test_hours_around_a_change_of_clocks_are_all_there(start: str, as_given: Any) -> None:
    """None is missing and none occurs twice; their last is in UTC."""
    hours = pd.date_range(start, periods=72, freq="h", tz=_BERLIN)
    found = _series(as_given(hours), HOURLY)
    assert found.values.tolist() == [float(at) for at in range(72)]
    assert (found.filled, found.last) == (0, hours[-1].tz_convert("UTC").tz_localize(None))


@pytest.mark.parametrize(
    ("times", "zone"),
    [
        (["2024-01-01T00:00:00+01:00", "2024-07-01T00:00:00+02:00"], None),
        (["2024-01-01 00:00:00+00", "2024-01-01 01:00:00+00"], UTC),
        (["2024-01-01T00:00Z", "2024-01-01T01:00Z"], UTC),
        (["2024-01-01 00:00", "2024-01-01 01:00"], None),
        (pd.date_range("2024-01-01", periods=2, freq="h", tz=_BERLIN), ZoneInfo(_BERLIN)),
        (pd.date_range("2024-01-01", periods=2, freq="D", tz=_BERLIN), None),
        (pd.date_range("2024-01-01", periods=2, freq="h"), None),
        ([1, 2], None),
    ],
)
def test_forecasts_are_written_in_the_zone_of_the_file(times: Any, zone: tzinfo | None) -> None:
    """Offsets of texts say no zone, so UTC; dates and times without a zone have none."""
    assert str(written(pd.Series(times))) == str(zone)


def test_a_text_that_ends_like_an_offset_is_no_time() -> None:
    """31-12-2024 is neither ISO nor an hour of a zone 20:24 behind."""
    assert naive(pd.Series(["31-12-2024"])).isna().all()
