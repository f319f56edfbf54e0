"""`mlops restore` before it does anything: which version, what differs, who reads it, and what is refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from click.testing import CliRunner, Result
from pyspark.sql import SparkSession

from cli import job_runs, removals
from cli.commands import restore as command
from cli.errors import CommandError
from cli.lineage import made_of
from cli.main import mlops
from cli.restore import chosen, owner
from cli.runs import RunResult
from cli.table_versions import Version
from ml.usecases import USE_CASES, use_case
from tests.localcloud.core import Core

SILVER, BRONZE = "prod.credit_silver.labels", "prod.credit_bronze.labels"
MADE = [Version(number=at, made=datetime(2024, 1, at, tzinfo=UTC), operation="WRITE") for at in (5, 4, 3)]
DELIVERED = "'a.csv' as _source_file, 'hash' as _source_sha256"


@pytest.fixture(scope="module")
def lake(house: Core, spark: SparkSession) -> Callable[[str], str]:
    """Silver's labels with versions 0 (two rows), 1 (one of them) and 2 (three); bronze's with 0 (two) and 1 (one).

    Says where a table lies.
    """

    def location(full_name: str) -> str:
        return str(house.cloud.store.require("table", full_name)["storage_location"])

    for schema in ("credit_bronze", "credit_silver", "credit_ops"):
        house.admin().schemas.create(schema, "prod")
    accounts = f"'{BRONZE}' as table_name, 'a.csv' as source_file, 'hash' as source_sha256, 2L as rows_in"
    tables = {
        SILVER: ["select id as client_id from range(2)"],
        BRONZE: [f"select id as client_id, {DELIVERED} from range(2)"],
        "prod.credit_ops.ingest_files": [f"select {accounts}, 1L as rows_removed"],
    }
    for name, (query,) in tables.items():
        house.table(name)
        spark.sql(query).coalesce(1).write.format("delta").save(location(name))
    spark.sql(f"delete from delta.`{location(SILVER)}` where client_id = 0").collect()
    more = spark.sql("select id + 7 as client_id from range(2)").coalesce(1)
    more.write.format("delta").mode("append").save(location(SILVER))
    spark.sql(f"delete from delta.`{location(BRONZE)}` where client_id = 0").collect()
    return location


def told(*arguments: str) -> tuple[Result, dict[str, tuple[Any, str]]]:
    """What the command said, and its rows by what they are of."""
    said = CliRunner().invoke(mlops, ["restore", *arguments, "--format", "json"])
    rows = json.loads(said.stdout) if said.stdout else []
    return said, {row["what"]: (row["found"], row["details"]) for row in rows}


def test_a_dry_run_says_what_would_differ_and_who_reads_it(lake: Callable[[str], str]) -> None:
    """Rows and files that come and go, tables, models and endpoints, and what ingest does then; nothing changes."""
    said, rows = told(SILVER, "--version", "0")
    assert said.exit_code == 0, said.stderr
    assert rows["version"][0] == 0
    assert "it has version 2" in rows["version"][1]
    assert rows["rows"][0] == "+1 -2"
    assert rows["files"][0] == "+1 -2"
    assert rows["endpoint"][0] == "credit-default-risk"
    assert rows["next ingest"][1].startswith("recomputes it from its sources")
    assert "--version 0 --reason … --yes" in said.stderr
    assert told(SILVER, "--version", "0")[1] == rows
    del lake


def test_bronze_that_does_not_hold_what_was_delivered_is_refused(lake: Callable[[str], str]) -> None:
    """With the file, and what to do instead; the rows are shown all the same."""
    said, rows = told(BRONZE, "--version", "0")
    assert rows["rows"][0] == "+1 -0"
    assert rows["restore"][0] == "refused"
    assert said.exit_code == 1
    assert "a.csv: 1 rows, there 2" in said.stderr
    assert "mlops withdraw" in said.stderr
    del lake


def test_a_version_that_vacuum_took_is_refused(lake: Callable[[str], str], spark: SparkSession) -> None:
    """By its files, since the log still counts its rows."""
    place = lake(SILVER)
    (first,) = spark.sql(f"select * from delta.`{place}` version as of 0").inputFiles()
    gone = Path(urlparse(first).path)
    held = gone.read_bytes()
    gone.unlink()
    said, _ = told(SILVER, "--version", "0")
    gone.write_bytes(held)
    assert said.exit_code == 1, said.stdout
    assert "version 0 of prod.credit_silver.labels can no longer be read, because VACUUM" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((SILVER,), "give either --version or --timestamp"),
        ((SILVER, "--version", "0", "--yes"), "--yes needs --reason"),
        ((SILVER, "--timestamp", "yesterday"), "write 2024-05-01T12:00:00"),
        ((SILVER, "--version", "9"), "has no version 9: its log has versions 0"),
        ((SILVER, "--version", "2"), "is at version 2 already"),
        (("prod.credit_gold.predictions", "--version", "0"), "records of past runs and predictions are never changed"),
        (("prod.other.table", "--version", "0"), "belongs to no use case"),
    ],
)
def test_what_cannot_be_is_refused(lake: Callable[[str], str], arguments: tuple[str, ...], message: str) -> None:
    """With what is allowed."""
    del lake
    said, _ = told(*arguments)
    assert said.exit_code != 0
    assert message in said.stderr


def test_yes_asks_the_ingest_of_the_use_case(lake: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The job gets table, version, who and why; tests/e2e/test_requests.py runs it."""
    asked: list[tuple[object, ...]] = []

    def run_job(*given: object) -> RunResult:
        asked.append(given)
        return RunResult(run_id=1, succeeded=True, message="", tasks=())

    monkeypatch.setattr(job_runs, "run_job", run_job)
    monkeypatch.setattr(removals, "job_names", lambda *_: {"credit-ingest"})
    said = CliRunner().invoke(
        command.restore, [SILVER, "--version", "1", "--reason", "by hand", "--by", "ann", "--yes"]
    )
    assert said.stdout == f"{SILVER} goes from version 2 to 1, and ingest went on from it\n"
    parameters = {"restore": f"{SILVER}@1", "reason": "by hand", "by": "ann"}
    assert asked == [("prod", "credit-ingest", parameters, None)]
    del lake


def test_a_table_belongs_to_the_use_case_of_its_schema() -> None:
    """And not to one whose name the schema only begins with."""
    assert owner("prod.credit_gold.client_features", list(USE_CASES.values())).name == "credit"
    with pytest.raises(CommandError, match=r"prod\.credit_cards_gold\.cards belongs to no use case"):
        owner("prod.credit_cards_gold.cards", list(USE_CASES.values()))


def test_a_time_means_the_version_that_was_there_then() -> None:
    """Not one that was made later; before the oldest there is none."""
    at = datetime(2024, 1, 4, 12, tzinfo=UTC)
    assert chosen("t", MADE, version=None, timestamp=at).number == 4
    with pytest.raises(CommandError, match=r"has no 2024-01-01 00:00:00 UTC: its log has versions 3"):
        chosen("t", MADE, version=None, timestamp=datetime(2024, 1, 1, tzinfo=UTC))


def test_lineage_goes_from_bronze_to_the_endpoint() -> None:
    """By the declarations; each once, the nearest first, and nothing that the table is made of."""
    nodes = made_of("prod.credit_bronze.applications", list(USE_CASES.values()))
    named = [node.name for node in nodes]
    assert named[:2] == ["prod.credit_silver.applications", "prod.credit_silver.applications_quarantine"]
    assert named[-2:] == ["credit", "credit-default-risk"]
    assert len(named) == len(set(named))
    outcome = use_case("credit").models[0].outcome.table.full_name("prod", "credit")
    assert [node.kind for node in made_of(outcome, list(USE_CASES.values()))] == ["model", "endpoint"]
