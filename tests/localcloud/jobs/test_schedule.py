"""Quartz expressions by table."""

from datetime import UTC, datetime

import pytest

from localcloud.jobs.schedule import ScheduleError, next_fire

WEDNESDAY = datetime(2024, 2, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quartz", "timezone", "expected"),
    [
        ("0 0 6 * * ?", "UTC", datetime(2024, 2, 29, 6, 0, tzinfo=UTC)),
        ("0 0 4 2 * ?", "UTC", datetime(2024, 3, 2, 4, 0, tzinfo=UTC)),
        ("30 15 13 ? * *", "UTC", datetime(2024, 2, 28, 13, 15, 30, tzinfo=UTC)),
        ("0 0 6 ? * MON-FRI", "UTC", datetime(2024, 2, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * 1", "UTC", datetime(2024, 3, 3, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * SUN", "UTC", datetime(2024, 3, 3, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * 7", "UTC", datetime(2024, 3, 2, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * 2#1", "UTC", datetime(2024, 3, 4, 6, 0, tzinfo=UTC)),
        ("0 0/20 * * * ?", "UTC", datetime(2024, 2, 28, 12, 20, tzinfo=UTC)),
        ("0 0 6 * * ?", "America/New_York", datetime(2024, 2, 29, 11, 0, tzinfo=UTC)),
        ("0 0 6 1 1 ? 2026", "UTC", datetime(2026, 1, 1, 6, 0, tzinfo=UTC)),
    ],
)
def test_next_fire(quartz: str, timezone: str, expected: datetime) -> None:
    """Seconds come first, weekdays count from Sunday = 1, and the time zone is the schedule's."""
    assert next_fire(quartz, timezone, WEDNESDAY).astimezone(UTC) == expected


@pytest.mark.parametrize(
    ("quartz", "timezone", "message"),
    [
        ("0 6 * * *", "UTC", "has 5 fields"),
        ("0 0 6 * * *", "UTC", "needs \\? in exactly one"),
        ("0 0 25 * * ?", "UTC", "cannot be used"),
        ("0 0 6 * * ?", "Mars/Olympus", "time zone 'Mars/Olympus' is unknown"),
    ],
)
def test_an_unusable_schedule_is_told(quartz: str, timezone: str, message: str) -> None:
    """A wrong expression or time zone is refused, naming what was given."""
    with pytest.raises(ScheduleError, match=message):
        next_fire(quartz, timezone, WEDNESDAY)
