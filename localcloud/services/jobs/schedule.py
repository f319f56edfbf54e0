"""Quartz cron expressions, as Databricks schedules use them, through `croniter`. Pure."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterBadCronError, CroniterBadDateError, croniter

_DAYS = {"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6}


class ScheduleError(ValueError):
    """A cron expression or time zone that cannot be used."""


def next_fire(quartz: str, timezone: str, after: datetime) -> datetime:
    """The first moment after `after` (aware) at which `quartz` fires, in `timezone`. Raises ScheduleError."""
    try:
        found: datetime = _fires(quartz, timezone, after).get_next(datetime)
    except CroniterBadDateError as error:
        raise _unusable(quartz, error) from error
    return found


def last_fire(quartz: str, timezone: str, after: datetime, until: datetime) -> datetime | None:
    """The last moment after `after` and not after `until` at which `quartz` fires; None where it does not.

    Raises ScheduleError.
    """
    # A fire at `until` itself counts, and schedules have whole seconds.
    fires = _fires(quartz, timezone, until.replace(microsecond=0) + timedelta(seconds=1))
    try:
        found: datetime = fires.get_prev(datetime)
    except CroniterBadDateError:
        return None
    return found if found > after else None


def _fires(quartz: str, timezone: str, start: datetime) -> croniter:
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"time zone {timezone!r} is unknown: use a name such as UTC or Europe/Berlin") from error
    try:
        return croniter(translate(quartz), start.astimezone(zone))
    except (CroniterBadCronError, ValueError, KeyError) as error:
        if isinstance(error, ScheduleError):
            raise
        raise _unusable(quartz, error) from error


def _unusable(quartz: str, error: Exception) -> ScheduleError:
    return ScheduleError(
        f"cron expression {quartz!r} cannot be used ({error}): write 'second minute hour day month weekday [year]',"
        " with ? for the one of day and weekday that does not matter"
    )


def translate(quartz: str) -> str:
    """A Quartz expression in croniter's order: minute hour day month weekday second [year].

    Quartz counts weekdays from 1 (Sunday), cron from 0. Raises ScheduleError for a wrong number of fields.
    """
    fields = quartz.split()
    if len(fields) not in (6, 7):
        raise ScheduleError(f"cron expression {quartz!r} has {len(fields)} fields: Quartz wants 6, or 7 with a year")
    second, minute, hour, day, month, weekday, *year = fields
    if (day == "?") == (weekday == "?"):
        raise ScheduleError(f"cron expression {quartz!r} needs ? in exactly one of day of month and day of week")
    moved = [minute, hour, day.replace("?", "*"), month, _weekdays(weekday), second, *year]
    return " ".join(moved)


def _weekdays(field: str) -> str:
    if field in ("?", "*"):
        return "*"
    named = re.sub(r"[A-Za-z]{3}", lambda match: str(_DAYS[match.group().upper()] + 1), field)
    # A number after '/' is a step and after '#' a week of the month: neither is a weekday.
    return re.sub(r"(?<![/#\d])\d", lambda match: str(int(match.group()) - 1), named)
