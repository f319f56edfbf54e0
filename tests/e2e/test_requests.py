"""Requests, maintenance and a continuous ingest, by the deployed jobs and as their principals.

One story: each test goes on where the last one ended.
"""

import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.main import synth
from localcloud import loader
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.e2e.conftest import Mlops
from tests.e2e.victim import Victim

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

PERSON = 2900
LANDING = "/Volumes/prod/credit_bronze/landing"


@pytest.fixture(scope="module")
def small(mlops: Mlops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A local cloud of its own with ten months of clients in prod's gold, and a champion."""
    mine = Victim.started(mlops, tmp_path_factory.mktemp("requests"), manual=False)
    mine.mlops("run", "credit-training", "--env", "prod", "--param", "sample_rows=900")
    mine.mlops("run", "credit-scoring", "--env", "prod")
    yield mine
    mine.mlops("down", ok=False)


def _count(small: Victim, table: str, where: str = "true") -> int:
    return int(small.mlops.sql(f"select count(*) as n from prod.credit_{table} where {where}")[0]["n"])


def _answer(small: Victim, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(small.mlops(*arguments, "--format", "json").stdout)
    return found


def test_a_month_under_a_wrong_name_is_withdrawn(small: Victim) -> None:
    """Silver and gold have the rows they had before; an unknown delivery is refused with those there are."""
    before = {table: _count(small, table) for table in ("silver.labels", "gold.client_outcomes", "bronze.labels")}
    wrong = b"ID,default.payment.next.month\n1,1\n2,1\n"
    small.mlops.client().files.upload(f"{LANDING}/labels/2020-01.csv", io.BytesIO(wrong))
    small.mlops("run", "credit-ingest", "--env", "prod")
    assert _count(small, "silver.labels") == before["silver.labels"] + 2
    rows = _answer(small, "withdraw", "credit", "labels", "2020-01.csv", "--reason", "typing mistake", "--by", "ann")
    assert [(row["task"], row["rows_removed"]) for row in rows if row["rows_removed"]] == [("bronze", 2), ("silver", 2)]
    assert {table: _count(small, table) for table in before} == before
    refused = small.mlops("withdraw", "credit", "labels", "2019-01.csv", "--reason", "typo", "--by", "ann", ok=False)
    assert refused.returncode == 1
    assert "'2019-01.csv' of feed labels is not there" in refused.stderr


def test_a_table_goes_back_and_ingest_goes_on_from_it(small: Victim) -> None:
    """A dry run changes nothing; done by the ingest's principal, every row of bronze is in silver or quarantine."""
    table = "prod.credit_silver.labels"
    before, held = _count(small, "silver.labels"), small.mlops.sql(f"describe history {table} limit 1")[0]["version"]
    small.mlops.sql(f"delete from {table} where client_id = 1")
    asked = ("restore", table, "--version", str(held))
    rows = {(row["what"], row["found"]) for row in _answer(small, *asked)}
    assert {("version", int(held)), ("rows", f"+{before - _count(small, 'silver.labels')} -0")} <= rows
    assert ("model", "credit") in rows
    assert _count(small, "silver.labels") < before
    small.mlops(*asked, "--reason", "deleted by hand", "--by", "ann", "--yes")
    quarantined = _count(small, "silver.labels_quarantine")
    assert _count(small, "silver.labels") == before == _count(small, "bronze.labels") - quarantined
    (record,) = small.mlops.sql("select * from prod.credit_ops.restores")
    assert (record["table_name"], record["to_version"], record["reason"]) == (table, held, "deleted by hand")


def test_a_person_leaves_every_table_and_models_that_knew_them_are_named(small: Victim) -> None:
    """Their predictions too, which another principal owns; no run's parameters have the key."""
    tables = ("bronze.applications", "silver.applications", "gold.client_features", "gold.predictions")
    assert all(_count(small, table, f"client_id = '{PERSON}'") for table in tables)
    rows = _answer(small, "forget", "credit", str(PERSON), "--reason", "asked to be", "--by", "ann")
    assert not any(_count(small, table, f"client_id = '{PERSON}'") for table in tables)
    told = {row["what"]: row["found"] for row in rows}
    assert told["prod.credit_ops.default_risk version 1 (champion)"] == "yes"
    assert told["prod.credit_gold.predictions"] == 1
    assert [what for what in told if what.startswith(f"{LANDING}/applications/")]
    client = small.mlops.client()
    runs = [client.jobs.get_run(run.run_id or 0).as_dict() for run in client.jobs.list_runs(limit=5)]
    assert str(PERSON) not in json.dumps([run.get("job_parameters") for run in runs])


def test_maintenance_keeps_what_the_champion_was_trained_on(small: Victim) -> None:
    """The job runs as ingest's principal, and scoring's keeps the predictions; the trained version can be read."""
    small.mlops("run", "credit-maintenance", "--env", "prod")
    version = small.mlops.client().model_versions.get_by_alias("prod.credit_ops.default_risk", "champion")
    assert version.version == 1
    history = small.mlops.sql("describe history prod.credit_gold.client_features")
    assert {"OPTIMIZE", "SET TBLPROPERTIES"} & {row["operation"] for row in history}
    trained = small.mlops.sql("select count(*) as n from prod.credit_gold.client_features version as of 1")
    assert int(trained[0]["n"]) > _count(small, "gold.client_features")


def test_a_continuous_ingest_takes_files_and_requests_as_they_come(
    small: Victim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Declared and deployed anew, one run goes on by itself; what the job beside it records leaves in a later round."""
    monkeypatch.setitem(USE_CASES, "credit", replace(CREDIT, jobs=replace(CREDIT.jobs, ingest_every_s=5)))
    synth(tmp_path)
    loader.load(small.mlops.endpoint(), tmp_path)
    small.let_time_go_on("credit-ingest")
    client = small.mlops.client()
    content = b"ID,default.payment.next.month\n3,1\n4,1\n"
    client.files.upload(f"{LANDING}/labels/2020-02.csv", io.BytesIO(content))
    _until(lambda: _count(small, "bronze.labels", "_source_file LIKE '%2020-02.csv'") == 2)
    _answer(small, "withdraw", "credit", "labels", "2020-02.csv", "--reason", "typing mistake", "--by", "ann")
    _until(lambda: _count(small, "bronze.labels", "_source_file LIKE '%2020-02.csv'") == 0)
    job = next(job for job in client.jobs.list(name="credit-ingest"))
    assert job.settings is not None
    assert job.settings.continuous is not None
    assert len(list(client.jobs.list_runs(job_id=job.job_id, active_only=True))) == 1


def _until(holds: Callable[[], bool], seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(5)
