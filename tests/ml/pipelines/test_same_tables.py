"""The declarative pipeline makes the tables that the jobs make, row by row, from the same bronze."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra.pipelines.source import pipeline_source
from ml.features import build
from ml.ingest import bronze, silver
from tests.ml.lake import Lake
from tests.ml.pipelines.case import CASE
from tests.ml.pipelines.content import content_hash
from tests.ml.pipelines.updated import update
from tests.ml.small import declare

ROOT = Path(__file__).resolve().parents[3]
OPEN_SPARK = ROOT / ".venv-open-pipelines" / "bin" / "python"
# By the pipeline's name: the job's table.
TABLES = {
    "applications": "silver.applications",
    "applications_quarantine": "silver.applications_quarantine",
    "labels": "silver.labels",
    "labels_quarantine": "silver.labels_quarantine",
    "movements": "silver.movements",
    "movements_quarantine": "silver.movements_quarantine",
    "labels_by_month": "gold.labels_by_month",
    "client_features": "gold.client_features",
    "client_outcomes": "gold.client_outcomes",
    "client_outcomes_quarantine": "gold.client_outcomes_quarantine",
}


def _jobs(lake: Lake) -> None:
    """Two months of deliveries, one run of ingest after each, with records that silver and gold reject."""
    lake.land("applications", "2024-01", *((client, 2, 20 + client) for client in range(1, 6)))
    lake.land("movements", "2023-11", (1, 900.5, 0), (2, 100, 3))
    lake.land("movements", "2023-12", (1, 950, 1), (2, "much", 3))
    for task in (bronze, silver, build):
        lake.run(task, "1")
    # Once more with another value, too young, neither a number nor there, and with too few fields.
    lake.land("applications", "2024-02", (1, 1, 50), (1, 1, 51), (6, 2, 7), (7, "x", ""), (8, 1))
    lake.land("labels", "2024-02", (1, 0), (2, 1), (99, 1), (3, 2))
    for task in (bronze, silver, build):
        lake.run(task, "2")


@pytest.fixture
def made(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """The lake with what the jobs made."""
    declare(monkeypatch, CASE)
    lake.begin("two months", lambda: _jobs(lake))
    return lake


def _of_jobs(lake: Lake) -> dict[str, str]:
    found = {}
    for name, table in TABLES.items():
        rows = lake.tables.read(f"test.credit_{table}")
        found[name] = content_hash(rows.select(*sorted(rows.columns)).collect())
    return found


@pytest.mark.slow
def test_the_pipeline_makes_the_tables_of_the_jobs(made: Lake) -> None:
    """Silver, quarantine, derived, feature and outcome tables, by the hash of their content; events count what failed.

    Among them are a key that comes twice, values out of range and of other types, a record with too few fields, an
    outcome without an event, and windows over a feed that has rejects.
    """
    expected = _of_jobs(made)
    folder, events = update(made, pipeline_source(CASE, "test"))
    found = {name: content_hash(rows.select(*sorted(rows.columns)).collect()) for name, rows in folder.kept.items()}
    assert found == expected
    quality = events["applications_accepted"]["details"]["flow_progress"]["data_quality"]
    failed = {each["name"]: each["failed_records"] for each in quality["expectations"] if each["failed_records"]}
    # The record with too few fields has no value at all; the month is in the file's name.
    received = [column.name for column in CASE.feeds[0].received]
    assert failed == dict.fromkeys(received, 1) | {"age": 3, "sex": 2, "accepted": 4}
    assert quality["dropped_records"] == 4
    assert events["applications"]["details"]["flow_progress"]["metrics"] == {"num_output_rows": 6}


@pytest.mark.long
@pytest.mark.skipif(not OPEN_SPARK.exists(), reason="needs open Spark 4.1: run `make open-pipelines`")
def test_open_spark_makes_them_too(made: Lake, tmp_path: Path) -> None:
    """The same source under `spark-pipelines` of Spark 4.1, which has no expectations: the same tables, by hash."""
    expected = _of_jobs(made)
    for feed in CASE.feeds:
        rows = made.tables.read(f"test.credit_bronze.{feed.name}")
        rows.write.parquet(str(tmp_path / "bronze" / feed.name))
    source = tmp_path / "credit.py"
    source.write_text(pipeline_source(CASE, "spark_catalog"))
    home = tmp_path / "home"
    home.mkdir()
    environ = {name: value for name, value in os.environ.items() if name not in ("SPARK_REMOTE", "PYTHONHOME")}
    done = subprocess.run(
        [OPEN_SPARK, "-m", "tests.ml.pipelines.open_spark", source, home, tmp_path / "bronze"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environ | {"PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": str(OPEN_SPARK), "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == expected
