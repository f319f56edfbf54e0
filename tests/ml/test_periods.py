"""Periods in Python and in Spark SQL say the same."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import SparkSession

from ml.declarations import DeclarationError
from ml.declarations.periods import Calendar, Period, WeekStart

MONTHS = Calendar()
CALENDARS = (
    Calendar(period=Period.HOUR),
    Calendar(period=Period.DAY),
    Calendar(period=Period.DAY, timezone="America/New_York"),
    Calendar(period=Period.WEEK, timezone="Asia/Kolkata"),
    Calendar(period=Period.WEEK, week_starts=WeekStart.SUNDAY),
    Calendar(timezone="Europe/Berlin"),
    MONTHS,
)
TIMES = (
    datetime(1969, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2024, 2, 25, 3, 0, tzinfo=UTC),
    datetime(2024, 3, 31, 22, 30, tzinfo=UTC),
    datetime(2024, 12, 30, 19, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("calendar", "moment", "name", "first"),
    [
        (Calendar(period=Period.HOUR), TIMES[1], "2024-02-25T03", date(2024, 2, 25)),
        (Calendar(period=Period.DAY, timezone="America/New_York"), TIMES[1], "2024-02-24", date(2024, 2, 24)),
        (Calendar(period=Period.WEEK), TIMES[1], "2024-W08", date(2024, 2, 19)),
        (Calendar(period=Period.WEEK, week_starts=WeekStart.SUNDAY), TIMES[1], "2024-W09", date(2024, 2, 25)),
        (Calendar(period=Period.WEEK), TIMES[3], "2025-W01", date(2024, 12, 30)),
        (Calendar(timezone="Europe/Berlin"), TIMES[2], "2024-04", date(2024, 4, 1)),
        (MONTHS, TIMES[2], "2024-03", date(2024, 3, 1)),
        (MONTHS, date(2024, 3, 31), "2024-03", date(2024, 3, 1)),
    ],
)
def test_a_moment_lies_in_a_period(calendar: Calendar, moment: date, name: str, first: date) -> None:
    """A period is named, begins on a day of the calendar's time zone, and its name reads back as itself."""
    number = calendar.number(moment)
    assert (calendar.name(number), calendar.first_day(number), calendar.parse(name)) == (name, first, number)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_every_name_reads_back(calendar: Calendar) -> None:
    """900 periods in a row: each name is spelled once and parsed to its number."""
    numbers = range(calendar.number(TIMES[1]), calendar.number(TIMES[1]) + 900)
    assert [calendar.parse(calendar.name(number)) for number in numbers] == list(numbers)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_spark_counts_as_python_does(spark: SparkSession, calendar: Calendar) -> None:
    """The SQL of a timestamp's period and of its first day, also by its day, against `number` and `first_day`."""
    rows = spark.createDataFrame([(at,) for at in TIMES], "at timestamp").selectExpr(
        f"{calendar.number_sql('at', 'timestamp')} AS number",
        f"{calendar.start_sql('at', 'timestamp')} AS first",
        f"{calendar.start_sql(calendar.day_sql('at', 'timestamp'), 'date')} AS of_day",
    )
    numbers = [calendar.number(at) for at in TIMES]
    expected = sorted((each, calendar.first_day(each), calendar.first_day(each)) for each in numbers)
    assert sorted(map(tuple, rows.collect())) == expected


def test_a_date_is_a_day_of_the_calendar(spark: SparkSession) -> None:
    """A date has no clock, so no time zone moves it into another period."""
    west = Calendar(period=Period.DAY, timezone="America/New_York")
    found = spark.sql(f"SELECT {west.number_sql('day', 'date')} FROM VALUES (DATE'2024-02-25') AS t(day)").collect()
    assert west.name(found[0][0]) == "2024-02-25" == west.name(west.number(date(2024, 2, 25)))


@pytest.mark.parametrize("name", ["2024-13", "2024-2", "٢٠٢٤-02", "2024-02-01"])
def test_a_name_that_is_no_month_is_refused(name: str) -> None:
    """What is not spelled exactly so is no period, digits of another script included."""
    with pytest.raises(ValueError, match="is no month: write it as YYYY-MM"):
        MONTHS.parse(name)


@pytest.mark.parametrize(
    ("calendar", "first", "periods", "expected", "name"),
    [
        (MONTHS, date(2023, 11, 30), 2, date(2024, 1, 1), "2024-01"),
        (MONTHS, date(2023, 11, 1), -11, date(2022, 12, 1), "2022-12"),
        (Calendar(period=Period.WEEK), date(2024, 12, 25), 1, date(2024, 12, 30), "2025-W01"),
        (Calendar(period=Period.WEEK, week_starts=WeekStart.SUNDAY), date(2024, 1, 6), 1, date(2024, 1, 7), "2024-W02"),
        (Calendar(period=Period.DAY), date(2024, 2, 28), 2, date(2024, 3, 1), "2024-03-01"),
    ],
)
def test_first_days_are_counted(calendar: Calendar, first: date, periods: int, expected: date, name: str) -> None:
    """Adding and counting are inverse, over the turn of the year too, and a first day starts its own period."""
    assert calendar.add(first, periods) == expected == calendar.start(expected)
    assert calendar.passed(first, expected) == periods
    assert calendar.named(expected) == name


def test_periods_between_include_gaps_and_both_ends() -> None:
    """Every period, whether anything arrived or not."""
    assert MONTHS.starts(date(2023, 12, 9), date(2024, 2, 1)) == [date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1)]
    assert MONTHS.starts(date(2024, 2, 1), date(2024, 1, 1)) == []


def test_a_moment_lies_in_the_period_of_its_time_zone() -> None:
    """Half past ten in the evening of UTC on the last of March is April in Berlin."""
    assert Calendar(timezone="Europe/Berlin").start(datetime(2024, 3, 31, 22, 30, tzinfo=UTC)) == date(2024, 4, 1)
    assert MONTHS.start(datetime(2024, 3, 31, 22, 30, tzinfo=UTC)) == date(2024, 3, 1)


def test_an_unknown_time_zone_is_refused() -> None:
    """A calendar is checked where it is declared."""
    with pytest.raises(DeclarationError, match="timezone 'Mars/Olympus' is unknown"):
        Calendar(timezone="Mars/Olympus")
