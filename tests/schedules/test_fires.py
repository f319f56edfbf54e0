"""When schedules fire, by table."""

from datetime import UTC, datetime

import pytest

from schedules import ScheduleError, last_fire, next_fire, runs_per_month

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
        ("0 0 6 ? * 6L", "UTC", datetime(2024, 3, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * FRIL", "UTC", datetime(2024, 3, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * fri#5", "UTC", datetime(2024, 3, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * L", "UTC", datetime(2024, 3, 2, 6, 0, tzinfo=UTC)),
        ("0 0 6 ? * FRI-MON", "UTC", datetime(2024, 3, 1, 6, 0, tzinfo=UTC)),
        ("0 0 6 LW * ?", "UTC", datetime(2024, 2, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 LW 3 ?", "UTC", datetime(2024, 3, 29, 6, 0, tzinfo=UTC)),
        ("0 0 6 L-3 * ?", "UTC", datetime(2024, 3, 28, 6, 0, tzinfo=UTC)),
        ("0 0 6 2W * ?", "UTC", datetime(2024, 3, 1, 6, 0, tzinfo=UTC)),
        ("0 0 6 1W 6 ?", "UTC", datetime(2024, 6, 3, 6, 0, tzinfo=UTC)),
        ("0 0 6 30 2,4 ?", "UTC", datetime(2024, 4, 30, 6, 0, tzinfo=UTC)),
        ("0 5/20 22-1 * * ?", "UTC", datetime(2024, 2, 28, 22, 5, tzinfo=UTC)),
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


def test_a_change_of_the_clocks_leaves_out_or_repeats() -> None:
    """Half past two does not exist in Berlin on 2024-03-31, and is there twice on 2024-10-27."""
    berlin, nightly = "Europe/Berlin", "0 30 2 * * ?"
    spring = next_fire(nightly, berlin, datetime(2024, 3, 30, 12, tzinfo=UTC))
    assert spring.astimezone(UTC) == datetime(2024, 4, 1, 0, 30, tzinfo=UTC)
    first = next_fire(nightly, berlin, datetime(2024, 10, 26, 12, tzinfo=UTC)).astimezone(UTC)
    again = next_fire(nightly, berlin, first).astimezone(UTC)
    assert (first, again) == (
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    )
    assert last_fire(nightly, berlin, WEDNESDAY, datetime(2024, 10, 27, 12, tzinfo=UTC)).astimezone(UTC) == again


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
        ("0 0 6 * * *", "UTC", "needs \\? for exactly one"),
        ("0 0 25 * * ?", "UTC", "cannot be used"),
        ("0 0 0 ? * 8", "UTC", "has '8' for day of week: use 1 to 7"),
        ("0 R 0 * * ?", "UTC", "has 'R' for minutes"),
        ("0 0 6 1 1 ? 2020", "UTC", "it never fires after 2024-02-28"),
        ("0 0 6 * * ?", "Mars/Olympus", "time zone 'Mars/Olympus' is unknown"),
    ],
)
def test_an_unusable_schedule_is_told(quartz: str, timezone: str, message: str) -> None:
    """A wrong expression or time zone is refused, naming what was given."""
    with pytest.raises(ScheduleError, match=message):
        next_fire(quartz, timezone, WEDNESDAY)


@pytest.mark.parametrize(
    ("quartz", "runs"),
    [
        ("0 0 2 * * ?", 730 / 24),
        ("0 0/15 * * * ?", 4 * 730),
        ("0 0 6 ? * MON-FRI", 5 / 7 * 730 / 24),
        ("0 0 6 ? * 2-6", 5 / 7 * 730 / 24),
        ("0 0 6,18 1 * ?", 2.0),
        ("0 0 6 1 1,7 ?", 1 / 6),
        ("0 0 6 L * ?", 1.0),
        ("0 0 6 ? * 6L", 1.0),
        ("0 0 6 ? * MON,WED", 2 / 7 * 730 / 24),
        ("0 0 6 31 * ?", 7 / 12),
        ("every day", None),
    ],
)
def test_how_often_a_schedule_fires(quartz: str, runs: float | None) -> None:
    """Runs in a month of 730 hours."""
    found = runs_per_month(quartz, 730)
    assert found == (None if runs is None else pytest.approx(runs))


def test_a_longer_month_has_more_days_of_the_week_and_no_more_days_of_its_own() -> None:
    """744 hours are 31 days; a day of the month comes once all the same."""
    assert runs_per_month("0 0 2 * * ?", 744) == pytest.approx(31)
    assert runs_per_month("0 0 6 ? * MON-FRI", 744) == pytest.approx(31 * 5 / 7)
    assert runs_per_month("0 0 6 1 * ?", 744) == pytest.approx(1)
