"""Quartz cron expressions, the only kind that Databricks schedules accept: text to the values of each field.

    second minute hour day-of-month month day-of-week [year]

Days of the week count from 1, Sunday. Lists, ranges (also across the end, such as `FRI-MON`) and steps are allowed in
every field; `L`, `LW`, `L-3`, `15W` only alone in the day of the month, and `L`, `6L`, `FRIL`, `6#3` only alone in the
day of the week.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schedules.days import Day, EveryDay, LastDay, LastWeekday, MonthDays, NearestWorkday, NthWeekday, Weekdays

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART = re.compile(r"(?P<first>\*|[A-Z]+|[0-9]+|)(-(?P<last>[A-Z]+|[0-9]+))?(/(?P<step>[0-9]+))?")
_WEEKDAY = rf"(?P<day>[1-7]|{'|'.join(_WEEK)})"


class QuartzError(ValueError):
    """Text that is not a Quartz cron expression; the message continues after the expression: `has 5 fields: use …`."""


@dataclass(frozen=True)
class _Field:
    """One field: its range, the words for its numbers, and whether a range may wrap after the highest value."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    wraps: bool = True

    def number(self, text: str) -> int:
        """A number or a word of this field. Raises ValueError for anything else."""
        return self.low + self.words.index(text) if text in self.words else int(text)


_SECONDS, _MINUTES, _HOURS = _Field("seconds", 0, 59), _Field("minutes", 0, 59), _Field("hours", 0, 23)
_DAY_OF_MONTH = _Field("day of month", 1, 31)
_MONTH = _Field("month", 1, 12, words=_MONTHS)
_DAY_OF_WEEK = _Field("day of week", 1, 7, words=_WEEK)
_YEAR = _Field("year", 1970, 2099, wraps=False)


@dataclass(frozen=True, kw_only=True)
class Quartz:
    """When a schedule fires, in its own time zone: the values of each field in order, and the selected days."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    years: tuple[int, ...]
    day: Day


def parse(expression: str) -> Quartz:
    """The schedule of `expression`. Raises QuartzError."""
    fields = expression.split()
    if len(fields) not in (6, 7):
        raise QuartzError(
            f"has {len(fields)} fields: use 6 or 7 (seconds minutes hours day-of-month month day-of-week [year])"
        )
    second, minute, hour, day_of_month, month, day_of_week, *year = fields
    seconds, minutes, hours = _values(second, _SECONDS), _values(minute, _MINUTES), _values(hour, _HOURS)
    by_month = None if day_of_month == "?" else _day_of_month(day_of_month)
    months = _values(month, _MONTH)
    by_week = None if day_of_week == "?" else _day_of_week(day_of_week)
    years = _values(year[0] if year else "*", _YEAR)
    day = by_month or by_week
    if day is None or (by_month and by_week):
        raise QuartzError(
            "needs ? for exactly one of day of month and day of week: put ? in the one that does not matter"
        )
    return Quartz(seconds=seconds, minutes=minutes, hours=hours, months=months, years=years, day=day)


def quartz_problem(expression: str) -> str | None:
    """Why `expression` is not a Quartz cron expression; None if it is one."""
    try:
        parse(expression)
    except QuartzError as error:
        return str(error)
    return None


def _day_of_month(text: str) -> Day:
    if text == "*":
        return EveryDay()
    last = re.fullmatch(r"L(-(?P<before>[0-9]+))?(?P<work>W)?", text.upper())
    if last:
        before = int(last["before"] or 0)
        if before > 30:
            raise QuartzError(f"has {text!r} for day of month: use L-0 to L-30")
        return LastDay(before=before, workday=bool(last["work"]))
    near = re.fullmatch(r"(?P<day>[0-9]+)W", text.upper())
    if near:
        return NearestWorkday(day=_within(int(near["day"]), text, _DAY_OF_MONTH))
    return MonthDays(days=frozenset(_values(text, _DAY_OF_MONTH)))


def _day_of_week(text: str) -> Day:
    if text == "*":
        return EveryDay()
    last = re.fullmatch(rf"{_WEEKDAY}L", text.upper())
    if last:
        return LastWeekday(weekday=_DAY_OF_WEEK.number(last["day"]))
    nth = re.fullmatch(rf"{_WEEKDAY}#(?P<nth>[1-5])", text.upper())
    if nth:
        return NthWeekday(weekday=_DAY_OF_WEEK.number(nth["day"]), nth=int(nth["nth"]))
    # Alone in this field, L is the last day of the week: Saturday.
    return Weekdays(weekdays=frozenset(_values("7" if text.upper() == "L" else text, _DAY_OF_WEEK)))


def _values(text: str, field: _Field) -> tuple[int, ...]:
    """The values of a field, in order."""
    return tuple(sorted({value for part in text.split(",") for value in _part(part, text, field)}))


def _part(part: str, text: str, field: _Field) -> Iterator[int]:
    given = _PART.fullmatch(part.upper())
    size = field.high - field.low + 1
    if not part or not given or (given["last"] and not given["first"].strip("*")):
        raise _unusable(text, field)
    step = int(given["step"]) if given["step"] else None
    if (not given["first"] and step is None) or step == 0 or (step or 0) > field.high:
        raise _unusable(text, field)
    try:
        first = field.low if given["first"] in ("*", "") else _within(field.number(given["first"]), text, field)
        # A single value with a step continues to the end of the field: 5/15 is 5, 20, 35, 50.
        open_end = given["first"] in ("*", "") or (step is not None and not given["last"])
        last = _within(field.number(given["last"]), text, field) if given["last"] else field.high if open_end else first
    except ValueError as error:
        raise error if isinstance(error, QuartzError) else _unusable(text, field) from error
    if last < first and not field.wraps:
        raise _unusable(text, field)
    span = (last - first) % size
    return (field.low + (first - field.low + at) % size for at in range(0, span + 1, step or 1))


def _within(number: int, text: str, field: _Field) -> int:
    if not field.low <= number <= field.high:
        raise QuartzError(f"has {text!r} for {field.name}: use {field.low} to {field.high}")
    return number


def _unusable(text: str, field: _Field) -> QuartzError:
    return QuartzError(f"has {text!r} for {field.name}: use {field.low}-{field.high}, *, lists, ranges or steps")
