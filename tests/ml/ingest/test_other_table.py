"""Another team's table as a source."""

from dataclasses import replace

import pytest

from ml.declarations import Column, ComparedBy, DeclarationError, Feed, Layer, OnChange, OnRepeat, OtherTable, Table
from ml.ingest import file_log
from ml.ingest.bronze import RefusedFilesError
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from tests.ml.lake import Lake

THEIRS = "test.billing_silver.payments"
FEED = Feed(
    name="payments",
    silver=Table(
        name="payments",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per payment.",
        keys=("payment_id",),
        columns=(
            Column(name="payment_id", type="bigint", comment="Which.", source="id"),
            Column(name="paid_on", type="date", comment="When.", source="day"),
            Column(name="amount", type="double", comment="How much.", minimum=0),
        ),
    ),
    period_column="paid_on",
    source=OtherTable(name="billing_silver.payments"),
)
VERSIONS = replace(FEED, source=OtherTable(name="billing_silver.payments", compared_by=ComparedBy.VERSIONS))
TAKING = replace(
    FEED,
    source=OtherTable(name="billing_silver.payments", on_change=OnChange.TAKE),
    on_repeat=OnRepeat.KEEP_NEWEST,
)


def _theirs(lake: Lake) -> str:
    return f"delta.`{lake.root}/test/billing_silver/payments`"


def _make(lake: Lake, *, changes: bool = True) -> None:
    tracked = "true" if changes else "false"
    lake.spark.sql(
        f"CREATE OR REPLACE TABLE {_theirs(lake)} (id INT, day DATE, amount DECIMAL(10,2), note STRING) USING delta "
        f"TBLPROPERTIES (delta.enableChangeDataFeed = {tracked})"
    ).collect()
    _sql(lake, "INSERT INTO {} VALUES (1, DATE'2024-02-25', 10.50, 'a'), (2, DATE'2024-02-26', -1, 'b')")


def _sql(lake: Lake, statement: str) -> None:
    lake.spark.sql(statement.format(_theirs(lake))).collect()


def _ingest(lake: Lake, feed: Feed, run_id: str) -> None:
    lake.load(feed, run_id)
    lake.refine(feed, run_id)


def _accounts(lake: Lake) -> list[tuple[object, ...]]:
    rows = lake.rows("ops.ingest_files", "run_id", "source_file", "verdict", "rows_in", "rows_kept", "rows_quarantined")
    return [row for row in rows if row[2] != "refused"]


def test_new_rows_go_through_the_same_checks_and_accounts(lake: Lake) -> None:
    """All rows at first, then those of each later version; a wrong one is in quarantine with where it came from."""
    _make(lake)
    _ingest(lake, FEED, "1")
    _sql(lake, "INSERT INTO {} VALUES (3, DATE'2024-03-01', 7, 'c')")
    _sql(lake, "INSERT INTO {} VALUES (4, DATE'2024-03-02', NULL, 'd')")
    _ingest(lake, FEED, "2")
    _ingest(lake, FEED, "3")
    assert [row[:1] + row[2:] for row in lake.rows("silver.payments", "payment_id", "paid_on", "amount")] == [
        (1, 10.5),
        (3, 7.0),
    ]
    assert lake.rows("silver.payments_quarantine", "payment_id", "amount", "_source_file", "_reason") == [
        ("2", "-1.00", f"{THEIRS}@v1", "amount '-1.00' is outside 0..any"),
        ("4", None, f"{THEIRS}@v3", "amount is empty; a value is required"),
    ]
    assert _accounts(lake) == [
        ("1", f"{THEIRS}@v1", "checked", 2, 1, 1),
        ("1", f"{THEIRS}@v1", "loaded", 2, 2, 0),
        ("2", f"{THEIRS}@v2", "checked", 1, 1, 0),
        ("2", f"{THEIRS}@v2", "loaded", 1, 1, 0),
        ("2", f"{THEIRS}@v3", "checked", 1, 0, 1),
        ("2", f"{THEIRS}@v3", "loaded", 1, 1, 0),
    ]


def test_a_table_without_a_change_feed_is_refused_or_compared_by_versions(lake: Lake) -> None:
    """The refusal says both ways out. Compared versions give a row that is there twice, and not one that was moved."""
    _make(lake, changes=False)
    with pytest.raises(RefusedFilesError, match=r"@v1: it has no change data feed; ask its owner to set delta"):
        lake.load(FEED, "1")
    lake.load(VERSIONS, "2")
    _sql(lake, "INSERT INTO {} VALUES (3, DATE'2024-03-01', 7, 'c'), (3, DATE'2024-03-01', 7, 'c')")
    _sql(lake, "OPTIMIZE {}")
    lake.load(VERSIONS, "3")
    assert lake.rows("bronze.payments", "payment_id", "_source_file") == [
        ("1", f"{THEIRS}@v1"),
        ("2", f"{THEIRS}@v1"),
        ("3", f"{THEIRS}@v3"),
        ("3", f"{THEIRS}@v3"),
    ]


@pytest.mark.parametrize("feed", [FEED, VERSIONS], ids=["change feed", "versions"])
def test_changed_rows_are_refused_until_the_declaration_says_what_to_do(lake: Lake, feed: Feed) -> None:
    """The task fails in every run and reads nothing, so that what came with the change is not lost."""
    _make(lake)
    lake.load(feed, "1")
    _sql(lake, "UPDATE {} SET amount = 11 WHERE id = 1")
    _sql(lake, "INSERT INTO {} VALUES (3, DATE'2024-03-01', 7, 'c')")
    for run_id in ("2", "3"):
        with pytest.raises(RefusedFilesError, match=r"1 row\(s\) that were read before version 3 were"):
            lake.load(feed, run_id)
    assert lake.rows("bronze.payments", "payment_id") == [("1",), ("2",)]
    feed = replace(feed, source=replace(feed.source, on_change=OnChange.TAKE))
    lake.load(feed, "4")
    assert lake.rows("bronze.payments", "payment_id", "amount") == [
        ("1", "10.50"),
        ("1", "11.00"),
        ("2", "-1.00"),
        ("3", "7.00"),
    ]


def test_a_version_that_changes_rows_is_passed_over_with_all_it_adds(lake: Lake) -> None:
    """As skipChangeCommits does."""
    feed = replace(FEED, source=OtherTable(name="billing_silver.payments", on_change=OnChange.SKIP))
    _make(lake)
    lake.load(feed, "1")
    _sql(
        lake,
        "MERGE INTO {} t USING (SELECT * FROM VALUES (1, DATE'2024-02-25', 0), (8, DATE'2024-02-25', 0) AS v(id, day, "
        "amount)) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = s.amount "
        "WHEN NOT MATCHED THEN INSERT (id, day, amount) VALUES (s.id, s.day, s.amount)",
    )
    _sql(lake, "INSERT INTO {} VALUES (3, DATE'2024-03-01', 7, 'c')")
    lake.load(feed, "2")
    assert lake.rows("bronze.payments", "payment_id") == [("1",), ("2",), ("3",)]


def test_a_correction_wins_where_both_are_declared(lake: Lake) -> None:
    """`TAKE` brings the row as it became, `KEEP_NEWEST` lets it replace the first."""
    _make(lake)
    _ingest(lake, TAKING, "1")
    _sql(lake, "UPDATE {} SET amount = 11 WHERE id = 1")
    _sql(lake, "DELETE FROM {} WHERE id = 2")
    _ingest(lake, TAKING, "2")
    assert lake.rows("silver.payments", "payment_id", "amount") == [(1, 11.0)]


def test_a_missing_column_is_refused_with_what_there_is(lake: Lake) -> None:
    """Further columns are the other team's own."""
    _sql(
        lake,
        "CREATE TABLE {} (id INT, amount INT, more INT) USING delta TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    )
    with pytest.raises(RefusedFilesError, match=r"no columns \['day'\]; it has \['id', 'amount', 'more'\]; correct"):
        lake.load(FEED, "1")


POINTS = ["append_batch", *(pytest.param(at, marks=pytest.mark.slow) for at in ("plan", "record", "commit"))]


@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_any_point_is_completed_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Just after each write: every row is there once, every version has one account."""
    _make(lake)
    owner = {"append_batch": Tables, "record": file_log}.get(point, Checkpoint)
    done = getattr(owner, point)

    def killed(*given: object, **named: object) -> None:
        done(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.load(FEED, "1")
    lake.load(FEED, "2")
    assert lake.rows("bronze.payments", "payment_id") == [("1",), ("2",)]
    assert [row[1:] for row in _accounts(lake)] == [(f"{THEIRS}@v1", "loaded", 2, 2, 0)]


def test_mistakes_of_a_declaration_are_named_together() -> None:
    """A name without a schema, and a comparison that cannot tell what to skip."""
    with pytest.raises(DeclarationError) as refused:
        OtherTable(name="payments", compared_by=ComparedBy.VERSIONS, on_change=OnChange.SKIP)
    assert refused.value.problems == (
        "name 'payments' is not schema.table or catalog.schema.table",
        "two versions do not say which one changed a row: use on_change REFUSE or TAKE, or the change feed",
    )
    assert OtherTable(name="shared.billing.payments").full_name("dev") == "shared.billing.payments"
    assert OtherTable(name="billing.payments").full_name("dev") == "dev.billing.payments"
