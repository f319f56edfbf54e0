"""How received text becomes typed values, or a reason: spellings that a feed declares, and keys that lost something."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from pyspark.sql import SparkSession

from ml.declarations import Calendar, Column, Feed, Layer, Period, PeriodFrom, Source, Spelling, Table, WeekStart
from ml.ingest.refine import checked

LOADED = datetime(2025, 6, 15, 12, tzinfo=UTC)


def _feed(source: Source, *types: str, key: str = "string", period: str = "date") -> Feed:
    columns = [Column(name=f"c{at}", type=each, comment="A value.", nullable=True) for at, each in enumerate(types)]
    table = Table(
        name="things",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per thing.",
        keys=("id",),
        columns=(
            Column(name="id", type=key, comment="Which."),
            Column(name="known", type=period, comment="When it became known."),
            *columns,
        ),
    )
    return Feed(name="things", silver=table, period_column="known", source=source)


def _checked(
    spark: SparkSession,
    feed: Feed,
    *records: Mapping[str, str | None],
    file: str = "2025-05.csv",
    calendar: Calendar | None = None,
) -> list[tuple[object, ...]]:
    names = [column.name for column in feed.received]
    rows = [
        (*(record.get(name) for name in names), f"/Volumes/v/things/{file}", "hash", at, LOADED, None)
        for at, record in enumerate(records, start=1)
    ]
    schema = ", ".join(f"{name} string" for name in names)
    origin = "_source_file string, _source_sha256 string, _row_number long, _loaded_at timestamp, _fields string"
    frame = spark.createDataFrame(rows, f"{schema}, {origin}")
    found = checked(feed, frame, calendar or Calendar())
    wanted = [column.name for column in feed.silver.columns]
    return [tuple(row) for row in found.orderBy("_row_number").select(*wanted, "_reason").collect()]


def test_numbers_are_read_as_declared(spark: SparkSession) -> None:
    """A comma for the decimal mark and points between thousands; groups that are no groups of three are refused."""
    feed = _feed(Source(spelling=Spelling(decimal=",", thousands=".")), "double", "int")
    records = [
        {"id": "a", "c0": "1.234.567,5", "c1": "-1.000"},
        {"id": "b", "c0": "1234,5", "c1": "12"},
        {"id": "c", "c0": "1.5", "c1": "1.00"},
    ]
    month = date(2025, 5, 1)
    assert _checked(spark, feed, *records) == [
        ("a", month, 1234567.5, -1000, None),
        ("b", month, 1234.5, 12, None),
        ("c", month, None, None, "c0 '1.5' is not of type double; c1 '1.00' is not of type int"),
    ]


def test_blanks_of_any_kind_may_stand_between_thousands(spark: SparkSession) -> None:
    """Spreadsheets write a no-break space; without a declaration such a number is refused."""
    number = {"id": "a", "c0": "1\u00a0234\u202f567.5"}
    declared = _feed(Source(spelling=Spelling(thousands=" ")), "double")
    assert _checked(spark, declared, number)[0][2:] == (1234567.5, None)
    assert _checked(spark, _feed(Source(), "double"), number)[0][2] is None


def test_dates_times_and_nulls_are_read_as_declared(spark: SparkSession) -> None:
    """A text that means no value is null; another date format than the declared ones is refused."""
    spelling = Spelling(dates=("dd.MM.yyyy",), timestamps=("dd.MM.yyyy HH:mm",), nulls=("n/a", "-"))
    feed = _feed(Source(spelling=spelling), "date", "timestamp", "double")
    records = [
        {"id": "a", "c0": "31.01.2025", "c1": "31.01.2025 23:15", "c2": "n/a"},
        {"id": "b", "c0": "-", "c1": " - ", "c2": "2"},
        {"id": "c", "c0": "2025-01-31", "c1": None, "c2": None},
    ]
    assert [row[2:] for row in _checked(spark, feed, *records)] == [
        (date(2025, 1, 31), datetime(2025, 1, 31, 23, 15), None, None),
        (None, None, 2.0, None),
        (None, None, None, "c0 '2025-01-31' is not of type date"),
    ]


def test_a_date_that_two_formats_read_differently_is_refused(spark: SparkSession) -> None:
    """Day and month cannot both be first; where only one reading is a day, it counts."""
    feed = _feed(Source(spelling=Spelling(dates=("dd/MM/yyyy", "MM/dd/yyyy"))), "date")
    given = ("31/01/2025", "02/01/2025", "02/02/2025")
    assert [row[2:] for row in _checked(spark, feed, *({"id": "a", "c0": each} for each in given))] == [
        (date(2025, 1, 31), None),
        (None, "c0 '02/01/2025' is ambiguous: dd/MM/yyyy and MM/dd/yyyy read it differently"),
        (date(2025, 2, 2), None),
    ]


def test_a_key_that_lost_something_is_refused(spark: SparkSession) -> None:
    """Scientific notation of a spreadsheet, and zeros that a number would lose; other columns may have both."""
    (text,) = _checked(spark, _feed(Source(), "string"), {"id": "1.2E+15", "c0": "1.2E+15"})
    why = "id '1.2E+15' is an id that a spreadsheet turned into scientific notation; export it as text"
    assert text[2:] == ("1.2E+15", why)
    number = _checked(spark, _feed(Source(), "int", key="bigint"), {"id": "007", "c0": "007"}, {"id": "0"})
    why = "id '007' is an id with leading zeros, which a number loses; declare the column as string"
    assert [row[2:] for row in number] == [(7, why), (None, None)]


@pytest.mark.parametrize(
    ("calendar", "file", "kind", "begins"),
    [
        (Calendar(), "2025-05.csv", "date", date(2025, 5, 1)),
        (Calendar(period=Period.DAY), "2025-05-06.csv.gz", "date", date(2025, 5, 6)),
        (Calendar(period=Period.WEEK), "2025-W01.csv", "date", date(2024, 12, 30)),
        (Calendar(period=Period.WEEK, week_starts=WeekStart.SUNDAY), "2025-W01.csv", "date", date(2024, 12, 29)),
        (Calendar(period=Period.HOUR), "2025-05-06T07.csv", "timestamp", datetime(2025, 5, 6, 7)),
        (
            Calendar(period=Period.DAY, timezone="Europe/Berlin"),
            "2025-05-06.csv",
            "timestamp",
            datetime(2025, 5, 5, 22),
        ),
    ],
)
def test_the_period_is_in_the_files_name(
    spark: SparkSession, calendar: Calendar, file: str, kind: str, begins: date
) -> None:
    """As the use case's calendar spells it; silver has the day on which it begins, or the moment."""
    feed = _feed(Source(), period=kind)
    assert _checked(spark, feed, {"id": "a"}, file=file, calendar=calendar) == [("a", begins, None)]
    if kind == "date":
        assert calendar.first_day(calendar.parse(file.partition(".")[0])) == begins


def test_records_may_bring_their_period(spark: SparkSession) -> None:
    """Then it is checked as any other column."""
    feed = _feed(Source(period_from=PeriodFrom.COLUMN))
    found = _checked(spark, feed, {"id": "a", "known": "2025-05-06"}, {"id": "b", "known": "May"}, file="any name.csv")
    assert found == [("a", date(2025, 5, 6), None), ("b", None, "known 'May' is not of type date")]
