"""Task `silver`: bronze to silver and quarantine."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ml.declarations import OnRepeat
from ml.ingest import bronze, file_log, silver
from ml.ingest.silver import RepeatedRecordsError
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from ml.usecases import USE_CASES
from tests.ml import lake as lake_module
from tests.ml.lake import Lake, application


def _reasons(lake: Lake, feed: str = "applications") -> dict[object, object]:
    found = lake.rows(f"silver.{feed}_quarantine", "_row_number", "_reason")
    return {row: reason for row, reason in found}  # noqa: C416 - dict() cannot be typed here


def test_values_are_typed_and_the_month_is_the_files(lake: Lake) -> None:
    """Blanks around a value do not count, and 5.00E+05 is a number."""
    lake.land("applications", "2023-01", application(" 1 ", LIMIT_BAL="5.00E+05", PAY_0=-2, BILL_AMT1=-7.5))
    lake.run(bronze)
    lake.run(silver)
    columns = ("client_id", "application_month", "limit_bal", "pay_status_1", "bill_1", "age")
    assert lake.rows("silver.applications", *columns) == [(1, date(2023, 1, 1), 500_000.0, -2, -7.5, 40)]
    assert _reasons(lake) == {}


def test_every_reject_says_column_value_and_what_is_allowed(lake: Lake) -> None:
    """Each row has one fault but the last, which has two; only the first row is kept."""
    rows = [
        application(1),
        application(2, AGE=""),
        application(3, AGE="forty"),
        application(4, AGE=17),
        application(5, SEX=3),
        application(6, LIMIT_BAL="NaN"),
        application(7, LIMIT_BAL="12d"),
        application(8, PAY_AMT1=-1),
        application(9)[:-1],
        application(2.5),
        application(11, LIMIT_BAL="1e999"),
        application(12, SEX="x" * 60, AGE=200),
    ]
    lake.land("applications", "2023-01", *rows)
    lake.run(bronze)
    lake.run(silver)
    assert lake.rows("silver.applications", "client_id") == [(1,)]
    assert _reasons(lake) == {
        2: "AGE is empty; a value is required",
        3: "AGE 'forty' is not of type int",
        4: "AGE '17' is outside 18..120",
        5: "SEX '3' is not one of 1, 2",
        6: "LIMIT_BAL 'NaN' is not of type double",
        7: "LIMIT_BAL '12d' is not of type double",
        8: "PAY_AMT1 '-1' is outside 0..any",
        9: "the record has 23 fields, the header has 24",
        10: "ID '2.5' is not of type bigint",
        11: "LIMIT_BAL '1e999' is not of type double",
        12: f"SEX '{'x' * 40}' is not of type int; AGE '200' is outside 18..120",
    }


def test_of_several_records_with_one_key_the_first_received_stays(lake: Lake) -> None:
    """Repeats go to quarantine, told apart by whether they say the same; an invalid first does not count.

    An application of another month is another application.
    """
    rows = application(1), application(1), application(1, AGE=41), application(2, AGE=""), application(2)
    lake.land("applications", "2023-01", *rows)
    lake.land("applications", "2023-02", application(1, AGE=42))
    lake.run(bronze)
    lake.run(silver)
    assert lake.rows("silver.applications", "client_id", "application_month", "age") == [
        (1, date(2023, 1, 1), 40),
        (1, date(2023, 2, 1), 42),
        (2, date(2023, 1, 1), 40),
    ]
    again = "duplicate ID 1, application_month 2023-01-01: first received in 2023-01.csv as record 1 with"
    assert lake.rows("silver.applications_quarantine", "_reason") == [
        ("AGE is empty; a value is required",),
        (f"{again} other values",),
        (f"{again} the same values",),
    ]


@pytest.mark.slow
def test_a_file_for_an_earlier_month_that_arrives_later_does_not_change_verdicts(lake: Lake) -> None:
    """A client's second application is kept beside the first, whichever came first."""
    lake.land("applications", "2023-05", application(1, AGE=50))
    lake.run(bronze, "1")
    lake.run(silver, "1")
    lake.land("applications", "2023-01", application(1, AGE=30))
    lake.run(bronze, "2")
    lake.run(silver, "2")
    assert lake.rows("silver.applications", "client_id", "age") == [(1, 30), (1, 50)]


def test_every_row_is_accounted_for_and_a_rerun_changes_no_table(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Rows in = kept + quarantined, over all feeds and per file; a run without news writes nothing at all."""
    lake.land("applications", "2023-01", application(1), application(2, SEX=0))
    lake.land("labels", "2023-02", (1, 0), (2, 1), (2, 1))
    lake.run(bronze)
    lake.run(silver, "1")
    before = lake.versions()
    lake.run(silver, "2")
    assert lake.versions() == before
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert last == {"task": "silver", "rows_in": 0, "rows_kept": 0, "rows_quarantined": 0, "rows_replaced": 0}
    columns = ("run_id", "table_name", "verdict", "rows_in", "rows_kept", "rows_quarantined")
    assert [row for row in lake.rows("ops.ingest_files", *columns) if row[2] == "checked"] == [
        (run, f"test.credit_silver.{feed}", "checked", rows_in, kept, quarantined)
        for run in ("1",)
        for feed, rows_in, kept, quarantined in (("applications", 2, 1, 1), ("labels", 3, 2, 1))
    ]


def test_a_month_is_judged_against_what_silver_holds(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only new records are judged; the reason names the record that came first, in whatever run; all add up."""
    _with(lake, monkeypatch, OnRepeat.KEEP_FIRST)
    lake.land("labels", "2023-02", (1, 0), (2, 1), ("x", 1))
    _ingest(lake, "1")
    lake.land("labels", "2023-03", (2, 1), (1, 1), (3, 0), (3, 0))
    _ingest(lake, "2")
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert last == {"task": "silver", "rows_in": 4, "rows_kept": 1, "rows_quarantined": 3, "rows_replaced": 0}
    assert lake.rows("silver.labels", "client_id", "known_month", "defaulted") == [
        (1, date(2023, 2, 1), 0),
        (2, date(2023, 2, 1), 1),
        (3, date(2023, 3, 1), 0),
    ]
    assert lake.rows("silver.labels_quarantine", "_reason") == [
        ("ID 'x' is not of type bigint",),
        ("duplicate ID 1: first received in 2023-02.csv as record 1 with other values",),
        ("duplicate ID 2: first received in 2023-02.csv as record 2 with the same values",),
        ("duplicate ID 3: first received in 2023-03.csv as record 3 with the same values",),
    ]


def _ingest(lake: Lake, run_id: str) -> None:
    lake.run(bronze, run_id)
    lake.run(silver, run_id)


def _with(lake: Lake, monkeypatch: pytest.MonkeyPatch, on_repeat: OnRepeat) -> None:
    """Credit with one label per client, so that a later month repeats its key, and without what is optional."""
    feeds = tuple(
        replace(feed, on_repeat=on_repeat, silver=replace(feed.silver, keys=("client_id",)))
        if feed.name == "labels"
        else feed
        for feed in lake_module.CREDIT.feeds
        if feed.name != "movements"
    )
    monkeypatch.setitem(USE_CASES, "credit", replace(lake_module.CREDIT, feeds=feeds))


CORRECTIONS = (((1, 0), (2, 0)), ((1, 1), (2, 0)), ((1, 0), (1, 1), (3, 1)))


def test_the_newest_wins_if_the_feed_says_so(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction replaces, what it replaced is in quarantine as received; a repeat that says the same does not."""
    _with(lake, monkeypatch, OnRepeat.KEEP_NEWEST)
    for month, records in enumerate(CORRECTIONS, start=2):
        lake.land("labels", f"2023-0{month}", *records)
        _ingest(lake, str(month))
    assert lake.rows("silver.labels", "client_id", "known_month", "defaulted") == [
        (1, date(2023, 4, 1), 1),
        (2, date(2023, 2, 1), 0),
        (3, date(2023, 4, 1), 1),
    ]
    assert lake.rows("silver.labels_quarantine", "client_id", "defaulted", "_reason") == [
        ("1", "0", "replaced ID 1: received again in 2023-03.csv as record 1 with other values"),
        ("1", "0", "replaced ID 1: received again in 2023-04.csv as record 2 with other values"),
        ("1", "1", "replaced ID 1: received again in 2023-04.csv as record 1 with other values"),
        ("2", "0", "duplicate ID 2: received in 2023-02.csv as record 2 with the same values"),
    ]


def test_contradictions_stop_a_feed_that_refuses_them_once_all_is_written(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stays; a repeat that says the same is no contradiction."""
    _with(lake, monkeypatch, OnRepeat.REFUSE)
    lake.land("labels", "2023-02", (1, 0), (2, 0), (2, 0))
    _ingest(lake, "1")
    lake.land("labels", "2023-03", (1, 1), (3, 0))
    lake.run(bronze, "2")
    with pytest.raises(RepeatedRecordsError, match=r"2023-03.csv: 1 record\(s\) repeat a key with other values"):
        lake.run(silver, "2")
    assert lake.rows("silver.labels", "client_id", "defaulted") == [(1, 0), (2, 0), (3, 0)]


@pytest.mark.slow
@pytest.mark.parametrize("on_repeat", [pytest.param(OnRepeat.KEEP_FIRST, marks=pytest.mark.long), OnRepeat.KEEP_NEWEST])
def test_month_by_month_ends_as_all_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch, on_repeat: OnRepeat) -> None:
    """A changed declaration judges all of bronze anew, and comes to the same rows; without news it changes none."""
    _with(lake, monkeypatch, on_repeat)
    for month, records in enumerate(CORRECTIONS, start=2):
        lake.land("labels", f"2023-0{month}", *records)
        _ingest(lake, str(month))
    tables = ("silver.labels", "silver.labels_quarantine")
    by_month, versions = [lake.rows(table) for table in tables], lake.versions()
    monkeypatch.setattr(silver, "RULES", silver.RULES + 1)
    lake.run(silver, "again")
    assert [lake.rows(table) for table in tables] == by_month
    assert {name: version for name, version in lake.versions().items() if "silver" in name} == {
        name: version for name, version in versions.items() if "silver" in name
    }


# All but the first are an extra: each is a lake of its own.
POINTS = ["append_batch", *(pytest.param(at, marks=pytest.mark.long) for at in ("plan", "merge", "record", "commit"))]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_any_point_is_completed_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, point: str, *, after: bool
) -> None:
    """Just before or just after each write: silver and quarantine end as if nothing had happened."""
    on_repeat = OnRepeat.KEEP_NEWEST if point == "merge" else OnRepeat.KEEP_FIRST
    _with(lake, monkeypatch, on_repeat)
    lake.land("labels", "2023-02", *CORRECTIONS[0])
    _ingest(lake, "1")
    lake.land("labels", "2023-03", *CORRECTIONS[2])
    lake.run(bronze, "2")
    owner: Any = {"append_batch": Tables, "merge": Tables, "record": file_log}.get(point, Checkpoint)
    done = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        if after:
            done(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(silver, "2")
    lake.run(silver, "3")
    wins = 1 if on_repeat is OnRepeat.KEEP_NEWEST else 0
    assert lake.rows("silver.labels", "client_id", "defaulted") == [(1, wins), (2, 0), (3, 1)]
    assert len(lake.rows("silver.labels_quarantine")) == 2
    checked = [row for row in lake.rows("ops.ingest_files", "verdict", "source_file", "rows_in") if row[0] == "checked"]
    assert [(str(row[1])[-11:], row[2]) for row in checked] == [("2023-02.csv", 2), ("2023-03.csv", 3)]
