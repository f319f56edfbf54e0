"""The days of a month that a schedule selects. Days of the week count from 1, Sunday, as in Quartz."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Day(Protocol):
    """A rule that selects days."""

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """The selected days of the month, in order; may be empty."""


@dataclass(frozen=True)
class EveryDay:
    """All days."""

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """1 to the last."""
        return tuple(range(1, _length(year, month) + 1))


@dataclass(frozen=True)
class MonthDays:
    """`1,15`: days by number; a month without such a day has no fire on it."""

    days: frozenset[int]

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """Those that exist in the month."""
        return tuple(day for day in sorted(self.days) if day <= _length(year, month))


@dataclass(frozen=True)
class LastDay:
    """`L`, `L-3`, `LW`: the last day, `before` days before it, or the working day nearest to that."""

    before: int
    workday: bool

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """One day; none if the month is shorter than `before`."""
        day = _length(year, month) - self.before
        if day < 1:
            return ()
        return (_nearest_workday(year, month, day) if self.workday else day,)


@dataclass(frozen=True)
class NearestWorkday:
    """`15W`: the day from Monday to Friday that is nearest to the 15th, within the month."""

    day: int

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """One day. In a month that ends before `day`, its last day counts instead."""
        return (_nearest_workday(year, month, min(self.day, _length(year, month))),)


@dataclass(frozen=True)
class Weekdays:
    """`MON-FRI`: days of the week."""

    weekdays: frozenset[int]

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """Every such day."""
        return tuple(day for day in EveryDay().of_month(year, month) if _weekday(year, month, day) in self.weekdays)


@dataclass(frozen=True)
class NthWeekday:
    """`6#3`: the third Friday."""

    weekday: int
    nth: int

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """One day; none if the month has no such week."""
        return Weekdays(frozenset({self.weekday})).of_month(year, month)[self.nth - 1 : self.nth]


@dataclass(frozen=True)
class LastWeekday:
    """`6L`, `FRIL`: the last Friday."""

    weekday: int

    def of_month(self, year: int, month: int) -> tuple[int, ...]:
        """One day."""
        return Weekdays(frozenset({self.weekday})).of_month(year, month)[-1:]


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % 7 + 1


def _nearest_workday(year: int, month: int, day: int) -> int:
    """Saturday goes to Friday and Sunday to Monday, but never into another month."""
    weekday = _weekday(year, month, day)
    if weekday == 7:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < _length(year, month) else day - 2
    return day
