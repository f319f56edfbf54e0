"""The times at which a schedule trigger fires. Pure.

Follows https://learn.microsoft.com/azure/data-factory/how-to-create-schedule-trigger: `frequency` and `interval` from
`startTime` on; with a `schedule`, at its hours and minutes on its days of the periods that count.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SPANS = {
    "Minute": timedelta(minutes=1),
    "Hour": timedelta(hours=1),
    "Day": timedelta(days=1),
    "Week": timedelta(weeks=1),
}
_DAY, _FAR_DAYS = timedelta(days=1), 3653
FREQUENCIES = (*_SPANS, "Month")
_WITH_SCHEDULE = ("Day", "Week", "Month")
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SCHEDULE = ("hours", "minutes", "weekDays", "monthDays")
_ALLOWED = {"hours": range(24), "minutes": range(60), "monthDays": (*range(-31, 0), *range(1, 32))}
# Data Factory names zones as Windows does (CLDR, windowsZones); these and IANA's own names are understood.
_ZONES = {
    "UTC": "UTC",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Central European Standard Time": "Europe/Warsaw",
    "GMT Standard Time": "Europe/London",
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Pacific Standard Time": "America/Los_Angeles",
    "India Standard Time": "Asia/Kolkata",
    "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney",
}


def problems(recurrence: Mapping[str, Any]) -> list[str]:
    """Problems of the recurrence; empty if there are none."""
    frequency, interval = recurrence.get("frequency"), recurrence.get("interval")
    found = [] if frequency in FREQUENCIES else [f"frequency is {frequency!r}: use one of {', '.join(FREQUENCIES)}"]
    if type(interval) is not int or not 1 <= interval <= 1000:
        found.append(f"interval is {interval!r}: give 1 to 1000")
    schedule = recurrence.get("schedule") or {}
    unknown = sorted(name for name, value in schedule.items() if name not in _SCHEDULE and value)
    if unknown:
        found.append(f"schedule has {', '.join(unknown)}: here it fires by {', '.join(_SCHEDULE)}")
    if any(schedule.values()) and frequency in FREQUENCIES and frequency not in _WITH_SCHEDULE:
        found.append(f"frequency {frequency} has a schedule: here it is understood of {', '.join(_WITH_SCHEDULE)}")
    wrong = [day for day in schedule.get("weekDays") or [] if day not in _WEEK]
    found += [f"weekDays has {wrong[0]!r}: use {', '.join(_WEEK)}"] if wrong else []
    for name, allowed in _ALLOWED.items():
        strange = [value for value in schedule.get(name) or [] if type(value) is not int or value not in allowed]
        found += [f"{name} has {strange[0]!r}: give {allowed[0]} to {allowed[-1]}"] if strange else []
    try:
        _zone(recurrence)
        datetime.fromisoformat(str(recurrence.get("startTime")))
        _local(recurrence, "endTime")
    except (ValueError, ZoneInfoNotFoundError) as error:
        found.append(f"startTime or endTime or timeZone: {error}")
    return found


def last_fire(recurrence: Mapping[str, Any], after: datetime, until: datetime) -> datetime | None:
    """The latest time at which it fires, after `after` and up to `until`; None if there is none."""
    start, ends = _local(recurrence, "startTime"), _local(recurrence, "endTime")
    last = min(until, ends.astimezone(UTC)) if ends else until
    if start is None or last <= after:
        return None
    if (span := _span(recurrence)) is not None:
        at = start.astimezone(UTC) + (last - start) // span * span
        return at if at >= start and at > after else None
    day, first = last.astimezone(start.tzinfo).date(), max(start, after).astimezone(start.tzinfo).date()
    while day >= first:
        times = [at for at in _times(recurrence, start, day) if after < at <= last]
        if times:
            return max(times)
        day -= _DAY
    return None


def next_fire(recurrence: Mapping[str, Any], after: datetime) -> datetime | None:
    """The first time at which it fires after `after`; None if there is none within ten years."""
    start, ends = _local(recurrence, "startTime"), _local(recurrence, "endTime")
    if start is None:
        return None
    if (span := _span(recurrence)) is not None:
        at: datetime | None = start if start > after else start + ((after - start) // span + 1) * span
    else:
        first = max(start, after).astimezone(start.tzinfo).date()
        days = (first + count * _DAY for count in range(_FAR_DAYS))
        at = next((at for day in days for at in sorted(_times(recurrence, start, day)) if at > after), None)
    return at.astimezone(UTC) if at and (ends is None or at <= ends) else None


def _span(recurrence: Mapping[str, Any]) -> timedelta | None:
    """The time between two fires, if it is constant."""
    span = _SPANS.get(recurrence["frequency"])
    return None if span is None or _scheduled(recurrence) else span * int(recurrence["interval"])


def _scheduled(recurrence: Mapping[str, Any]) -> bool:
    return any((recurrence.get("schedule") or {}).values())


def _times(recurrence: Mapping[str, Any], start: datetime, day: date) -> list[datetime]:
    """The times of a day at which it fires, UTC; empty for a day outside the schedule."""
    if not _counts(recurrence, start.date(), day):
        return []
    schedule = recurrence.get("schedule") or {}
    hours = schedule.get("hours") or [start.hour]
    minutes = schedule.get("minutes") or ([0] if schedule.get("hours") else [start.minute])
    at_all = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=start.tzinfo).astimezone(UTC)
        for hour in hours
        for minute in minutes
    ]
    return [at for at in at_all if at >= start]


def _counts(recurrence: Mapping[str, Any], start: date, day: date) -> bool:
    """Whether the day belongs to the schedule, in a period that counts."""
    schedule, interval = recurrence.get("schedule") or {}, int(recurrence["interval"])
    match recurrence["frequency"]:
        case "Day":
            return (day - start).days % interval == 0
        case "Week":
            weeks = ((day - timedelta(days=day.weekday())) - (start - timedelta(days=start.weekday()))).days // 7
            named = schedule.get("weekDays") or [_WEEK[start.weekday()]]
            return weeks % interval == 0 and _WEEK[day.weekday()] in named
        case _:
            months = (day.year - start.year) * 12 + day.month - start.month
            last = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)).day
            days = [number if number > 0 else last + 1 + number for number in schedule.get("monthDays") or [start.day]]
            return months % interval == 0 and day.day in days


def _local(recurrence: Mapping[str, Any], name: str) -> datetime | None:
    """A time in the recurrence's zone; times without an offset are in that zone."""
    text, zone = recurrence.get(name), _zone(recurrence)
    if not text:
        return None
    found = datetime.fromisoformat(str(text))
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def _zone(recurrence: Mapping[str, Any]) -> ZoneInfo:
    named = str(recurrence.get("timeZone") or "UTC")
    return ZoneInfo(_ZONES.get(named, named))
