"""When schedules and tumbling windows fire."""

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.services.data_factory import recurrence, windows

START = "2026-01-01T00:00:00Z"
DAILY = {"frequency": "Day", "interval": 1, "startTime": START, "schedule": {"hours": [3, 15], "minutes": [30]}}
WEEKLY = {"frequency": "Week", "interval": 2, "startTime": START, "schedule": {"weekDays": ["Monday"], "hours": [6]}}
MONTHLY = {"frequency": "Month", "interval": 1, "startTime": START, "schedule": {"monthDays": [1, -1], "hours": [4]}}
BERLIN = {**DAILY, "startTime": "2026-01-01T00:00:00", "timeZone": "W. Europe Standard Time"}
HOURLY = {"frequency": "Hour", "interval": 6, "startTime": START}
ENDING = {**HOURLY, "endTime": "2026-01-01T07:00:00Z"}
QUARTERLY = {"frequency": "Month", "interval": 3, "startTime": "2026-01-31T05:10:00Z"}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "after", "until", "last", "first"),
    [
        (DAILY, "2026-02-01T00:00", "2026-02-03T12:00", "2026-02-03T03:30", "2026-02-01T03:30"),
        (DAILY, "2026-02-01T03:30", "2026-02-01T15:29", None, "2026-02-01T15:30"),
        (DAILY, "2025-06-01T00:00", "2025-07-01T00:00", None, "2026-01-01T03:30"),
        (BERLIN, "2026-07-01T00:00", "2026-07-01T12:00", "2026-07-01T01:30", "2026-07-01T01:30"),
        (WEEKLY, "2026-01-01T00:00", "2026-01-31T00:00", "2026-01-26T06:00", "2026-01-12T06:00"),
        (MONTHLY, "2026-02-02T00:00", "2026-03-15T00:00", "2026-03-01T04:00", "2026-02-28T04:00"),
        (HOURLY, "2026-01-01T00:00", "2026-01-01T13:00", "2026-01-01T12:00", "2026-01-01T06:00"),
        (ENDING, "2026-01-01T00:00", "2026-01-02T00:00", "2026-01-01T06:00", "2026-01-01T06:00"),
        (QUARTERLY, "2026-02-01T00:00", "2026-08-01T00:00", "2026-07-31T05:10", "2026-07-31T05:10"),
    ],
)
def test_the_last_fire_in_a_span(said: dict[str, Any], after: str, until: str, last: str | None, first: str) -> None:
    """The last one in the span, and the first one after its beginning."""
    assert recurrence.problems(said) == []
    assert recurrence.last_fire(said, _at(after), _at(until)) == (_at(last) if last else None)
    assert recurrence.next_fire(said, _at(after)) == _at(first)


def test_what_says_no_time_is_named() -> None:
    """All at once."""
    wrong = {"frequency": "Year", "interval": 0, "startTime": "soon", "schedule": {"monthlyOccurrences": [{}]}}
    assert [each.partition(" ")[0] for each in recurrence.problems(wrong)] == [
        "frequency",
        "interval",
        "schedule",
        "startTime",
    ]
    assert "fires by" in recurrence.problems({**DAILY, "schedule": {"monthlyOccurrences": [{}]}})[0]
    assert "has a schedule" in recurrence.problems({**HOURLY, "schedule": {"minutes": [5]}})[0]
    never = {**DAILY, "endTime": "never", "schedule": {"hours": [25], "minutes": ["5"], "monthDays": [0]}}
    assert [each.partition(" ")[0] for each in recurrence.problems(never)] == [
        "hours",
        "minutes",
        "monthDays",
        "startTime",
    ]


def test_windows_follow_one_another_and_wait_for_their_delay() -> None:
    """From the start on, past ones at once, none twice; the last one ends by `endTime`."""
    said = {
        "frequency": "Hour",
        "interval": 24,
        "startTime": START,
        "delay": "02:00:00",
        "endTime": "2026-01-04T00:00:00Z",
    }
    assert windows.problems(said) == []
    found = windows.due(said, None, _at("2026-01-02T12:00"), _at("2026-01-03T02:00"))
    assert [(each.start, each.at) for each in found] == [
        (_at("2026-01-01T00:00"), _at("2026-01-02T12:00")),
        (_at("2026-01-02T00:00"), _at("2026-01-03T02:00")),
    ]
    rest = windows.due(said, found[-1].end, _at("2026-01-03T02:00"), _at("2026-02-01T00:00"))
    assert [each.end for each in rest] == [_at("2026-01-04T00:00")]
    assert windows.next_due(said, rest[-1].end) is None
    months = {"frequency": "Month", "interval": 1, "startTime": "2026-11-01T00:00:00Z"}
    assert [each.end for each in windows.due(months, None, _at("2026-11-01T00:00"), _at("2027-01-01T00:00"))] == [
        _at("2026-12-01T00:00"),
        _at("2027-01-01T00:00"),
    ]


def test_windows_that_are_none_are_named() -> None:
    """All at once."""
    wrong = {"frequency": "Day", "interval": 0, "startTime": START, "delay": "soon", "dependsOn": [{}]}
    assert [each.split()[0] for each in windows.problems(wrong)] == ["frequency", "interval", "dependsOn", "startTime"]
    months = {"frequency": "Month", "interval": 1, "startTime": "2026-01-31T00:00:00Z"}
    assert "day 1 to 28" in windows.problems(months)[0]
    assert "endTime" in windows.problems({**months, "startTime": START, "endTime": "never"})[0]
