"""Quartz expressions by table."""

from datetime import UTC, datetime

import pytest

from localcloud.services.jobs.schedule import ScheduleError, last_fire, next_fire

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
    ("quartz", "until", "expected"),
    [
        ("0 0 6 * * ?", datetime(2024, 3, 3, 5, 59, 59, tzinfo=UTC), datetime(2024, 3, 2, 6, 0, tzinfo=UTC)),
        ("0 0 6 * * ?", datetime(2024, 3, 3, 6, 0, tzinfo=UTC), datetime(2024, 3, 3, 6, 0, tzinfo=UTC)),
        ("0 0 12 * * ?", WEDNESDAY, None),
        ("0 0 4 2 * ?", datetime(2024, 3, 1, tzinfo=UTC), None),
        ("0 0 6 1 1 ? 2030", datetime(2029, 1, 1, tzinfo=UTC), None),
        ("* * * * * ?", datetime(2034, 2, 28, tzinfo=UTC), datetime(2034, 2, 28, tzinfo=UTC)),
    ],
)
def test_last_fire(quartz: str, until: datetime, expected: datetime | None) -> None:
    """The newest fire of the span counts, its end included and its beginning not; ten years of seconds are no work."""
    assert last_fire(quartz, "UTC", WEDNESDAY, until) == expected


def test_the_schedules_time_zone_decides_when_summer_begins() -> None:
    """A daily schedule in Berlin fires an hour earlier by UTC from the last Sunday of March on."""
    fires = [
        last_fire("0 0 6 * * ?", "Europe/Berlin", WEDNESDAY, datetime(2024, 3, day, 12, tzinfo=UTC)) for day in (30, 31)
    ]
    assert [fire.astimezone(UTC).hour for fire in fires if fire] == [5, 4]


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
