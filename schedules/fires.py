"""When a Quartz schedule fires: next, last, and how often in a month.

A time that clocks skip in spring does not fire; one that they repeat in autumn fires twice, once per offset. Source:
Quartz's documentation, by which a change of the clocks may skip or repeat a fire.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schedules.days import EveryDay, Weekdays
from schedules.expression import Quartz, QuartzError, parse

_MONTHS_OF_28_YEARS = tuple((year, month) for year in range(2001, 2029) for month in range(1, 13))


class ScheduleError(ValueError):
    """A cron expression or time zone that cannot be used."""


def next_fire(quartz: str, timezone: str, after: datetime) -> datetime:
    """The first moment after `after` (aware) at which `quartz` fires, in `timezone`.

    Raises ScheduleError, also for a schedule that never fires again.
    """
    schedule, zone = _schedule(quartz), _zone(timezone)
    # Starts a day earlier, because the clocks may repeat an hour of the day before.
    start = after.astimezone(zone).date() - timedelta(days=1)
    for day in _days(schedule, start):
        for hour in schedule.hours:
            for fire in _fires_of(schedule, day, hour, zone):
                if fire > after:
                    return fire.astimezone(zone)
    raise ScheduleError(f"cron expression {quartz!r} cannot be used: it never fires after {after:%Y-%m-%d}")


def last_fire(quartz: str, timezone: str, after: datetime, until: datetime) -> datetime | None:
    """The last moment after `after` and not after `until` at which `quartz` fires; None if it does not.

    Raises ScheduleError.
    """
    schedule, zone = _schedule(quartz), _zone(timezone)
    first, day = after.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date() + timedelta(days=1)
    while day >= first:
        for hour in reversed(schedule.hours if _names(schedule, day) else ()):
            found = [fire for fire in _fires_of(schedule, day, hour, zone) if after < fire <= until]
            if found:
                return found[-1].astimezone(zone)
        day -= timedelta(days=1)
    return None


@lru_cache(maxsize=10_000)
def runs_per_month(quartz: str, hours_per_month: int) -> float | None:
    """Fires in a month of so many hours, averaged over a cycle of 28 years; None for text that is not a schedule."""
    try:
        schedule = parse(quartz)
    except QuartzError:
        return None
    a_day = len(schedule.seconds) * len(schedule.minutes) * len(schedule.hours)
    return a_day * _days_per_month(schedule, hours_per_month) * len(schedule.months) / 12


def _days_per_month(schedule: Quartz, hours_per_month: int) -> float:
    if isinstance(schedule.day, EveryDay):
        return hours_per_month / 24
    if isinstance(schedule.day, Weekdays):
        return len(schedule.day.weekdays) / 7 * hours_per_month / 24
    months = [each for each in _MONTHS_OF_28_YEARS if each[1] in schedule.months]
    return sum(len(schedule.day.of_month(*each)) for each in months) / len(months)


def _schedule(quartz: str) -> Quartz:
    try:
        return parse(quartz)
    except QuartzError as error:
        raise ScheduleError(f"cron expression {quartz!r} cannot be used: it {error}") from error


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"time zone {timezone!r} is unknown: use a name such as UTC or Europe/Berlin") from error


def _days(schedule: Quartz, start: date) -> Iterator[date]:
    """The selected days from `start` on."""
    for year in schedule.years[bisect_left(schedule.years, start.year) :]:
        for month in schedule.months:
            if (year, month) >= (start.year, start.month):
                days = (date(year, month, day) for day in schedule.day.of_month(year, month))
                yield from (day for day in days if day >= start)


def _fires_of(schedule: Quartz, day: date, hour: int, zone: ZoneInfo) -> list[datetime]:
    """Every moment (UTC) in one clock hour at which it fires, in order."""
    local = (
        datetime.combine(day, time(hour, minute, second)) for minute in schedule.minutes for second in schedule.seconds
    )
    return sorted(fire for naive in local for fire in _moments(naive, zone))


def _names(schedule: Quartz, day: date) -> bool:
    return (
        day.year in schedule.years
        and day.month in schedule.months
        and day.day in schedule.day.of_month(day.year, day.month)
    )


def _moments(naive: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments (UTC) at which the clocks of `zone` show `naive`: one, none in spring's gap, two in autumn's."""
    early, late = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = [each for each in (early, late) if each.astimezone(zone).replace(tzinfo=None) == naive]
    yield from dict.fromkeys(shown)
