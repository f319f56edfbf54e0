"""Periods: the hours, days, weeks or months in which a use case counts time, and their clock. Pure; no Spark.

A use case declares one `Calendar`. File names, features, tables and retention count in its periods; splits, gates and
monitoring in those of `UseCase.judging`, which are as long or longer.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ml.declarations.errors import require

_EPOCH = date(1970, 1, 1)  # a Thursday
_HOUR_S = 3600


class Period(StrEnum):
    """The length of a period."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class WeekStart(StrEnum):
    """The first day of a week."""

    MONDAY = "monday"
    SUNDAY = "sunday"


_NAMES = {
    Period.HOUR: (r"\d{4}-\d{2}-\d{2}T\d{2}", "YYYY-MM-DDTHH"),
    Period.DAY: (r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD"),
    Period.WEEK: (r"\d{4}-W\d{2}", "YYYY-Www"),
    Period.MONTH: (r"\d{4}-\d{2}", "YYYY-MM"),
}
# Days from 1970-01-01 back to the first day of its week.
_INTO_WEEK = {WeekStart.MONDAY: 3, WeekStart.SUNDAY: 4}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The periods of a use case. Each has a number: periods that follow each other have numbers that do.

    Hours are hours of UTC, so that no change of the clocks makes one longer. Days, weeks and months begin at midnight
    in `timezone`; a week is named by the ISO week of its Thursday.
    """

    period: Period = Period.MONTH
    timezone: str = "UTC"
    week_starts: WeekStart = WeekStart.MONDAY

    def __post_init__(self) -> None:
        require(f"calendar of {self.period}s", [_zone_problem(self.timezone)])

    @property
    def name_format(self) -> str:
        """The format of a period's name, for messages: `YYYY-MM`."""
        return _NAMES[self.period][1]

    @property
    def name_pattern(self) -> str:
        """A regular expression for a period's name, with ASCII digits only."""
        return _NAMES[self.period][0].replace(r"\d", "[0-9]")

    def number(self, moment: date) -> int:
        """The number of the period that contains `moment`. A date is in `timezone`; a time without zone is UTC."""
        if self.period is Period.HOUR:
            return int(_aware(moment).timestamp() // _HOUR_S)
        day = self._local_day(moment)
        return day.year * 12 + day.month - 1 if self.period is Period.MONTH else self._of_day(day)

    def first_day(self, number: int) -> date:
        """The day on which period `number` begins."""
        match self.period:
            case Period.HOUR:
                return datetime.fromtimestamp(number * _HOUR_S, UTC).date()
            case Period.DAY:
                return _EPOCH + timedelta(days=number)
            case Period.WEEK:
                return _EPOCH + timedelta(days=number * 7 - _INTO_WEEK[self.week_starts])
            case Period.MONTH:
                return date(number // 12, number % 12 + 1, 1)

    def start(self, moment: date) -> date:
        """The first day of the period that contains `moment`; it identifies the period in tables and tags."""
        return self.first_day(self.number(moment))

    def passed(self, earlier: date, later: date) -> int:
        """Periods from that of `earlier` to that of `later`; negative if `later` is before."""
        return self.number(later) - self.number(earlier)

    def add(self, moment: date, periods: int) -> date:
        """The first day of the period that is `periods` after that of `moment`; before it, if negative."""
        return self.first_day(self.number(moment) + periods)

    def starts(self, first: date, last: date) -> list[date]:
        """The first days of all periods from that of `first` to that of `last`, both included."""
        return [self.first_day(number) for number in range(self.number(first), self.number(last) + 1)]

    def before(self, periods: int) -> str:
        """So many periods just before one, in words: `the 3 months before`."""
        return f"the {self.period} before" if periods == 1 else f"the {periods} {self.period}s before"

    def named(self, moment: date) -> str:
        """The name of the period that contains `moment`."""
        return self.name(self.number(moment))

    def name(self, number: int) -> str:
        """The name of period `number` in file names and messages."""
        first = self.first_day(number)
        match self.period:
            case Period.HOUR:
                return f"{datetime.fromtimestamp(number * _HOUR_S, UTC):%Y-%m-%dT%H}"
            case Period.DAY:
                return f"{first:%Y-%m-%d}"
            case Period.WEEK:
                year, week, _ = (first + timedelta(days=_INTO_WEEK[self.week_starts])).isocalendar()
                return f"{year:04d}-W{week:02d}"
            case Period.MONTH:
                return f"{first:%Y-%m}"

    def parse(self, name: str) -> int:
        """The number of the period called `name`. Raises ValueError with the format of names."""
        try:
            return self._parsed(name)
        except ValueError as error:
            raise ValueError(f"{name!r} is no {self.period}: write it as {self.name_format}") from error

    def parse_sql(self, text: str, type_: str) -> str:
        """Spark SQL for the start of the period that a text names: its day, or as a timestamp the time."""
        if self.period is Period.HOUR:
            return f"CAST(try_to_timestamp({text}, \"yyyy-MM-dd'T'HH\") AS {type_})"
        match self.period:
            case Period.DAY:
                day = f"try_cast({text} AS DATE)"
            case Period.WEEK:
                # The week of 4 January is the first of its year (ISO 8601).
                first = f"trunc(make_date(try_cast(left({text}, 4) AS INT), 1, 4), 'WEEK')"
                days = f"(try_cast(right({text}, 2) AS INT) - 1) * 7 + {3 - _INTO_WEEK[self.week_starts]}"
                day = f"date_add({first}, {days})"
            case _:
                day = f"try_cast(concat({text}, '-01') AS DATE)"
        return day if type_ == "date" else f"to_utc_timestamp({day}, '{self.timezone}')"

    def number_sql(self, column: str, type_: str) -> str:
        """Spark SQL for `number` of a column of type date or timestamp; the session's time zone is UTC."""
        if self.period is Period.HOUR:
            return f"CAST(floor(unix_timestamp(CAST({column} AS TIMESTAMP)) / {_HOUR_S}) AS INT)"
        day = self._day_sql(column, type_)
        match self.period:
            case Period.DAY:
                return f"date_diff({day}, DATE'1970-01-01')"
            case Period.WEEK:
                days = f"date_diff({day}, DATE'1970-01-01') + {_INTO_WEEK[self.week_starts]}"
                return f"CAST(floor(({days}) / 7) AS INT)"
            case _:
                return f"(year({day}) * 12 + month({day}) - 1)"

    def first_day_sql(self, number: str) -> str:
        """Spark SQL for `first_day` of a period's number."""
        match self.period:
            case Period.HOUR:
                return f"to_date(timestamp_seconds(({number}) * {_HOUR_S}L))"
            case Period.DAY:
                return f"date_add(DATE'1970-01-01', {number})"
            case Period.WEEK:
                return f"date_add(DATE'1970-01-01', ({number}) * 7 - {_INTO_WEEK[self.week_starts]})"
            case Period.MONTH:
                return f"make_date(CAST(({number}) DIV 12 AS INT), ({number}) % 12 + 1, 1)"

    def start_sql(self, column: str, type_: str) -> str:
        """Spark SQL for the day on which the period of a date or timestamp column begins."""
        return self.first_day_sql(self.number_sql(column, type_))

    def day_sql(self, column: str, type_: str) -> str:
        """Spark SQL for the day of a date or timestamp column: `start_sql` of the day is that of the column."""
        return f"to_date({column})" if self.period is Period.HOUR else self._day_sql(column, type_)

    def _day_sql(self, column: str, type_: str) -> str:
        if type_ == "date":
            return column
        return f"to_date(from_utc_timestamp({column}, '{self.timezone}'))"

    def _local_day(self, moment: date) -> date:
        return _aware(moment).astimezone(ZoneInfo(self.timezone)).date() if isinstance(moment, datetime) else moment

    def _of_day(self, day: date) -> int:
        days = (day - _EPOCH).days
        return days if self.period is Period.DAY else (days + _INTO_WEEK[self.week_starts]) // 7

    def _parsed(self, name: str) -> int:
        if not re.fullmatch(self.name_pattern, name):
            raise ValueError(name)
        match self.period:
            case Period.HOUR:
                return int(datetime.strptime(name, "%Y-%m-%dT%H").replace(tzinfo=UTC).timestamp() // _HOUR_S)
            case Period.WEEK:
                thursday = date.fromisocalendar(int(name[:4]), int(name[6:]), 4)
                return self._of_day(thursday)
            case _:
                return Calendar(period=self.period).number(date.fromisoformat(f"{name}-01"[:10]))


def judging_problem(judged_by: Period, delivered_by: Period) -> str | None:
    """Why models cannot be judged by periods of one length if rows are delivered by another; None if they can."""
    longer = [str(each) for each in Period if each is not Period.HOUR]
    allowed = longer[max(0, list(Period).index(delivered_by) - 1) :]
    if judged_by in allowed:
        return None
    return f"judged_by is {judged_by} and rows come by the {delivered_by}: give one of {', '.join(allowed)}"


def _aware(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone_problem(timezone: str) -> str | None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"timezone {timezone!r} is unknown: use a name such as UTC or Europe/Berlin"
    return None
