"""Task `silver`: bronze to silver and quarantine."""

import json
from datetime import date

import pytest

from ml.ingest import bronze, silver
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
    """Repeats go to quarantine, told apart by whether they say the same; an invalid first does not count."""
    lake.land("applications", "2023-01", application(1), application(1), application(2, AGE=""), application(2))
    lake.land("applications", "2023-02", application(1, AGE=41))
    lake.run(bronze)
    lake.run(silver)
    assert lake.rows("silver.applications", "client_id", "application_month", "age") == [
        (1, date(2023, 1, 1), 40),
        (2, date(2023, 1, 1), 40),
    ]
    assert lake.rows("silver.applications_quarantine", "_reason") == [
        ("AGE is empty; a value is required",),
        ("duplicate ID 1: first received in 2023-01.csv as record 1 with other values",),
        ("duplicate ID 1: first received in 2023-01.csv as record 1 with the same values",),
    ]


def test_a_file_for_an_earlier_month_that_arrives_later_does_not_change_verdicts(lake: Lake) -> None:
    """First received counts, not first by name."""
    lake.land("applications", "2023-05", application(1, AGE=50))
    lake.run(bronze, "1")
    lake.run(silver, "1")
    lake.land("applications", "2023-01", application(1, AGE=30))
    lake.run(bronze, "2")
    lake.run(silver, "2")
    assert lake.rows("silver.applications", "client_id", "age") == [(1, 50)]


def test_every_row_is_accounted_for_and_a_rerun_changes_no_table(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Rows in = kept + quarantined, over all feeds and per file; the second run makes no table version."""
    lake.land("applications", "2023-01", application(1), application(2, SEX=0))
    lake.land("labels", "2023-02", (1, 0), (2, 1), (2, 1))
    lake.run(bronze)
    lake.run(silver, "1")
    before = lake.versions()
    lake.run(silver, "2")
    assert lake.versions() == before
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert last == {"task": "silver", "rows_in": 5, "rows_kept": 3, "rows_quarantined": 2}
    columns = ("run_id", "table_name", "verdict", "rows_in", "rows_kept", "rows_quarantined")
    assert [row for row in lake.rows("ops.ingest_files", *columns) if row[2] == "checked"] == [
        (run, f"test.credit_silver.{feed}", "checked", rows_in, kept, quarantined)
        for run in ("1", "2")
        for feed, rows_in, kept, quarantined in (("applications", 2, 1, 1), ("labels", 3, 2, 1))
    ]


def test_a_run_killed_after_silver_was_written_is_completed_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silver is there and the quarantine not yet: the rerun adds what is missing and repeats nothing."""
    lake.land("applications", "2023-01", application(1), application(1))
    lake.run(bronze)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(silver, "rejected", killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(silver)
    lake.run(silver)
    assert lake.rows("silver.applications", "client_id") == [(1,)]
    assert list(_reasons(lake)) == [2]
    assert lake.versions()["credit_silver.applications"] == 1
