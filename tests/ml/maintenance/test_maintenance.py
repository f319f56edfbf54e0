"""Task `maintenance`: old versions go, but for those that are declared to stay or that a live model was trained on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ml.maintenance.job import maintain, owned
from ml.parameters import Common
from ml.tables import frame_of
from ml.tables.upkeep import keep_days, upkeep
from tests.ml.lake import CREDIT, Lake
from tests.ml.two_models import two_models

TASK = Common(use_case=CREDIT, catalog="test", run_id="7")
OUTCOMES = CREDIT.models[0].outcome.table
NAME = OUTCOMES.full_name("test", "credit")
NOW = datetime.now(UTC)


def _write(lake: Lake, defaulted: int) -> int:
    """One row, changed: a new version, whose file replaces the one before."""
    day = datetime(2023, 1, 1, tzinfo=UTC).date()
    row = {"client_id": 1, "application_month": day, "known_month": day, "defaulted": defaulted}
    lake.tables.merge(OUTCOMES, NAME, frame_of(lake.spark, OUTCOMES, [row]))
    return lake.tables.version(NAME)


def _files(lake: Lake) -> set[str]:
    return {path.name for path in (lake.root / "test" / "credit_gold" / OUTCOMES.name).glob("*.parquet")}


def test_tables_that_models_share_are_kept_once() -> None:
    """Those of each model too; the quarantine of their outcomes among them."""
    names = [table.full_name("test", "credit") for table in owned(two_models(), None)]
    assert len(names) == len(set(names))
    assert set(names) - {table.full_name("test", "credit") for table in owned(CREDIT, None)} == {
        "test.credit_gold.second_features"
    }


@pytest.mark.slow
def test_old_files_go_and_the_newest_rows_stay(lake: Lake) -> None:
    """With no history to keep, the files that were replaced are removed; the table reads as before."""
    _write(lake, 0)
    old = _files(lake)
    _write(lake, 1)
    upkeep(lake.tables, NAME, 0)
    assert not old & _files(lake)
    assert lake.rows(f"gold.{OUTCOMES.name}", "client_id", "defaulted") == [(1, 1)]


@pytest.mark.long
def test_versions_within_the_kept_days_can_be_read(lake: Lake) -> None:
    """Files and log stay; keeping for the same time again adds nothing but the record of what VACUUM did."""
    first = _write(lake, 0)
    _write(lake, 1)
    upkeep(lake.tables, NAME, 14)
    assert [row["defaulted"] for row in lake.tables.read(NAME, first).collect()] == [0]
    kept = {
        row["key"]: row["value"] for row in lake.spark.sql(f"SHOW TBLPROPERTIES {lake.tables.owned(NAME)}").collect()
    }
    assert kept["delta.deletedFileRetentionDuration"] == kept["delta.logRetentionDuration"] == "interval 14 days"
    before = lake.tables.version(NAME)
    upkeep(lake.tables, NAME, 14)
    history = lake.spark.sql(f"DESCRIBE HISTORY {lake.tables.owned(NAME)}").where(f"version > {before}").collect()
    assert {row["operation"] for row in history} == {"VACUUM START", "VACUUM END"}


@pytest.mark.slow
def test_the_history_reaches_back_to_the_oldest_version_that_a_model_needs(lake: Lake) -> None:
    """Whatever is declared, in whole weeks; a version that the log lacks leaves the table alone and is an error."""
    first = _write(lake, 0)
    second = _write(lake, 1)
    later = NOW + timedelta(days=100)
    assert keep_days(lake.tables, NAME, 30, {}, later).keep_days == 35
    kept = keep_days(lake.tables, NAME, 30, {first: "version 1 (@previous)", second: "version 2 (@champion)"}, later)
    assert (kept.keep_days, kept.needed_by) == (105, "version 1 (@previous)")
    assert keep_days(lake.tables, NAME, 365, {first: "version 1 (@previous)"}, later).needed_by == ""
    done, failed = maintain(lake.tables, TASK, {NAME: {99: "version 3 (@champion)"}}, NOW)
    assert done == []
    assert failed == [
        f"{NAME} no longer has version 99, on which version 3 (@champion) was trained, so no old file is removed; "
        "train again, so that the live and the previous model version name existing table versions"
    ]
    done, failed = maintain(lake.tables, TASK, {NAME: {first: "version 1 (@previous)"}}, later)
    assert (done, failed) == ([replace(kept, needed_by="version 1 (@previous)")], [])
    assert [row["defaulted"] for row in lake.tables.read(NAME, first).collect()] == [0]


def test_every_table_that_ingest_owns_is_kept_once() -> None:
    """Bronze, silver, gold, their quarantines, the copy without sensitive columns, and the accounts."""
    names = [table.full_name("prod", "credit") for table in owned(CREDIT, "client_features_unmasked")]
    assert len(names) == len(set(names)) == 14
    assert {"prod.credit_gold.client_features_unmasked", "prod.credit_ops.ingest_files"} <= set(names)
