"""A table that is taken back to an earlier version, on real Delta: every later row is there once, or it is refused."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ml.declarations import OtherTable
from ml.features import build
from ml.ingest import bronze, restorable, restores, silver
from ml.ingest.restorable import RestoreRefusedError
from ml.people import Request, person_column
from ml.tables import Tables
from ml.usecases import USE_CASES
from tests.ml.lake import Lake
from tests.ml.small import declare, small

RECEIVED = ("bronze.labels", "silver.labels", "silver.labels_quarantine")
GOLD = ("gold.client_features", "gold.client_outcomes")


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, small())


@pytest.fixture
def loaded(lake: Lake) -> Lake:
    """Two deliveries of labels, a run for each: a valid one, and one with a repeat and a record that is rejected."""

    def make() -> None:
        lake.land("applications", "2023-01", (1, 40), (2, 40))
        lake.land("labels", "2023-02", (1, 0))
        _ingest(lake, "1")
        lake.land("labels", "2023-03", (2, 1), (2, 1), ("x", 0))
        _ingest(lake, "2")

    lake.begin("two deliveries", make)
    return lake


def _ingest(lake: Lake, run_id: str, **flags: str) -> None:
    """All that concerns bronze and silver; a test of gold builds it, too."""
    lake.run(bronze, run_id, **flags)
    lake.run(silver, run_id)


def _restore(lake: Lake, run_id: str, table: str, version: int) -> None:
    _ingest(lake, run_id, restore=f"test.credit_{table}@{version}", reason="deleted by hand", by="ann")


def _held(lake: Lake, tables: Sequence[str] = RECEIVED) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the tables, without when each record arrived."""
    found = {}
    for table in tables:
        names = [name for name in lake.tables.read(f"test.credit_{table}").columns if name != "_loaded_at"]
        found[table] = lake.rows(table, *names)
    return found


def _by_hand(lake: Lake, table: str, statement: str) -> None:
    relation = lake.tables.owned(f"test.credit_{table}")
    lake.spark.sql(statement.format(relation)).collect()


def _version(lake: Lake, table: str) -> int:
    return lake.tables.version(f"test.credit_{table}")


@pytest.mark.slow
@pytest.mark.parametrize("table", ["bronze.labels", "silver.labels"])
def test_what_was_deleted_by_hand_is_back_and_nothing_is_doubled(loaded: Lake, table: str) -> None:
    """Every table is what it was, later deliveries are taken once, and a run after that writes nothing."""
    before, version = _held(loaded), _version(loaded, table)
    _by_hand(loaded, table, "DELETE FROM {} WHERE client_id = '2'")
    assert _held(loaded) != before
    _restore(loaded, "3", table, version)
    assert _held(loaded) == before
    loaded.land("labels", "2023-05", (3, 1))
    _ingest(loaded, "4")
    assert loaded.rows("silver.labels", "client_id") == [(1,), (2,), (3,)]
    assert loaded.rows("bronze.labels", "client_id") == [("1",), ("2",), ("2",), ("3",), ("x",)]
    versions = loaded.versions()
    _ingest(loaded, "5")
    assert loaded.versions() == versions


@pytest.mark.slow
def test_gold_that_went_back_has_what_came_since(loaded: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Features and outcomes, one by one: each is built whole once, says why, and then goes on by difference."""
    loaded.run(build, "2")
    loaded.land("applications", "2023-04", (3, 40))
    loaded.land("labels", "2023-05", (3, 1))
    _ingest(loaded, "3")
    loaded.run(build, "3")
    before = _held(loaded, GOLD)
    for at, table in enumerate(GOLD):
        _restore(loaded, f"4{at}", table, 1)
        assert _held(loaded, [table]) != {table: before[table]}
        loaded.run(build, f"4{at}")
        assert f"full build, because test.credit_{table} was restored" in capfd.readouterr().out
        assert _held(loaded, GOLD) == before
    versions = loaded.versions()
    loaded.run(build, "5")
    assert loaded.versions() == versions


@pytest.mark.slow
@pytest.mark.parametrize("table", ["silver.labels", "silver.labels_quarantine"])
def test_what_came_since_is_there_again(loaded: Lake, table: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Back to before the second delivery: the same run computes the table whole, so that it is lost nowhere."""
    before = _held(loaded)
    capfd.readouterr()
    _restore(loaded, "3", table, 1 if table == "silver.labels" else 0)
    assert f"test.credit_{table} was restored" in capfd.readouterr().out
    assert _held(loaded) == before
    operations = loaded.spark.sql(f"DESCRIBE HISTORY {loaded.tables.owned(f'test.credit_{table}')}").collect()
    assert "RESTORE" in {row["operation"] for row in operations}


@pytest.mark.slow
def test_the_record_says_who_when_from_to_and_why(loaded: Lake) -> None:
    """One row per request, beside those of withdrawals."""
    version = _version(loaded, "silver.labels")
    _by_hand(loaded, "silver.labels", "DELETE FROM {} WHERE client_id = '2'")
    _restore(loaded, "3", "silver.labels", version)
    names = ("run_id", "table_name", "from_version", "to_version", "reason", "restored_by")
    (row,) = loaded.rows("ops.restores", *names)
    assert row[:5] == ("3", "test.credit_silver.labels", version + 1, version, "deleted by hand")
    assert str(row[5]).startswith("ann, through ")


@pytest.mark.slow
def test_bronze_does_not_go_back_behind_a_delivery(loaded: Lake) -> None:
    """Ingest would not take it again: the message names the file, and what to do instead; nothing has changed."""
    before, versions = _held(loaded), loaded.versions()
    with pytest.raises(RestoreRefusedError, match=r"2023-03\.csv: 3 rows, there 0.*with mlops withdraw"):
        _restore(loaded, "3", "bronze.labels", 1)
    assert (_held(loaded), loaded.versions()) == (before, versions)
    assert not loaded.tables.exists("test.credit_ops.restores")


@pytest.mark.slow
def test_nobody_who_was_forgotten_comes_back(loaded: Lake) -> None:
    """A version from before that is refused, of silver too."""
    person = Request.of("1", person_column(USE_CASES["credit"]))
    _ingest(loaded, "3", forget=str(person), trained=json.dumps([]), reason="asked to be", by="ann")
    with pytest.raises(RestoreRefusedError, match=r"older than the removal of 1 person\(s\)"):
        _restore(loaded, "4", "silver.labels", 1)


@pytest.mark.slow
def test_a_version_that_vacuum_took_is_refused_before_anything_is_recorded(loaded: Lake) -> None:
    """Its files are gone, though the log still counts its rows."""
    version = _version(loaded, "silver.labels")
    _by_hand(loaded, "silver.labels", "DELETE FROM {} WHERE client_id = '1'")
    folder = loaded.root / "test" / "credit_silver" / "labels"
    left = {path.split("/")[-1] for path in loaded.tables.read("test.credit_silver.labels").inputFiles()}
    for file in folder.rglob("*.parquet"):
        if file.name not in left and "_delta_log" not in file.parts:
            file.unlink()
    with pytest.raises(RestoreRefusedError, match="VACUUM removed its files: choose a newer version"):
        _restore(loaded, "3", "silver.labels", version)
    assert not loaded.tables.exists("test.credit_ops.restores")


@pytest.mark.slow
def test_a_run_that_is_killed_in_between_is_completed_by_the_next(
    loaded: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded is done by the ingest after it, once."""
    before, version = _held(loaded), _version(loaded, "silver.labels")
    _by_hand(loaded, "silver.labels", "DELETE FROM {} WHERE client_id = '2'")
    with monkeypatch.context() as killed:

        def dies(*_: Any) -> None:
            raise KeyboardInterrupt

        killed.setattr(Tables, "restore", dies)
        with pytest.raises(KeyboardInterrupt):
            _restore(loaded, "3", "silver.labels", version)
    _ingest(loaded, "4")
    assert _held(loaded) == before
    versions = loaded.versions()
    _ingest(loaded, "5")
    assert loaded.versions() == versions


@pytest.mark.slow
def test_what_another_run_asked_for_is_refused_once_if_a_delivery_came_meanwhile(
    loaded: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As beside a continuous ingest: the delivery stays, and the ingest after the refusal goes on."""
    version = _version(loaded, "bronze.labels")
    # A newer version with the same rows.
    _by_hand(loaded, "bronze.labels", "ALTER TABLE {} SET TBLPROPERTIES ('made_by' = 'hand')")
    with monkeypatch.context() as later:
        later.setattr(restores, "apply", lambda *_: None)
        lake_flags = {"restore": f"test.credit_bronze.labels@{version}", "reason": "by hand", "by": "ann"}
        loaded.land("labels", "2023-06", (1, 0))
        _ingest(loaded, "3", **lake_flags)
    with pytest.raises(RestoreRefusedError, match=r"2023-06\.csv: 1 rows, there 0"):
        _ingest(loaded, "4")
    _ingest(loaded, "5")
    assert len(loaded.rows("bronze.labels")) == 5


def test_records_and_predictions_stay() -> None:
    """Refused with the tables that can go back."""
    with pytest.raises(RestoreRefusedError, match=r"predictions are never changed.*prod\.credit_bronze\.labels"):
        restorable.found(USE_CASES["credit"], "prod", "prod.credit_gold.predictions")


def test_a_table_whose_rows_a_feed_takes_is_refused() -> None:
    """The feed would take the rows that come back a second time."""
    case = small()
    feed = replace(case.feeds[1], source=OtherTable(name="health_gold.visits"))
    scheduled = replace(case.jobs, ingest_cron="0 0 6 * * ?")
    taking = replace(case, feeds=(case.feeds[0], feed), jobs=scheduled)
    with pytest.raises(RestoreRefusedError, match=r"feed labels of credit reads new rows of prod\.health_gold"):
        restorable.require_no_feed([taking], "prod", "prod.health_gold.visits")
