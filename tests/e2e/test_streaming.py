"""Scoring as a continuous job that sends predictions on as files, by the deployed job and as its principal."""

import io
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.main import WORKSPACES, synth
from localcloud import loader
from ml.declarations import FilesFormat, FilesSink, Streaming
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.e2e.conftest import Mlops
from tests.e2e.victim import Victim
from tests.infra.conftest import edit

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

# What the deployed wheel declares beside what it ships; the stacks are made from the same.
_DECLARED = """

from dataclasses import replace as _replace
from ml.declarations import FilesFormat as _Format, FilesSink as _Files, Streaming as _Streaming

_model = _replace(USE_CASE.models[0], streaming=_Streaming(every_s=5), sinks=(_Files(format=_Format.CSV),))
USE_CASE = _replace(USE_CASE, models=(_model,))
"""
_MANIFESTS = "/Volumes/prod/credit_gold/exports/files-csv/credit/manifests"


@pytest.fixture(scope="module")
def streaming(mlops: Mlops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A local cloud of its own whose stacks and wheel declare a continuous scoring, with a champion."""
    mine = Victim.started(mlops, tmp_path_factory.mktemp("streaming"), manual=False)
    mine.mlops("run", "credit-training", "--env", "prod", "--param", "sample_rows=900")
    mine.deploy(manual=False, declared=_DECLARED)
    with pytest.MonkeyPatch.context() as patch:
        model = replace(CREDIT.models[0], streaming=Streaming(every_s=5), sinks=(FilesSink(format=FilesFormat.CSV),))
        patch.setitem(USE_CASES, "credit", replace(CREDIT, models=(model,)))
        stacks, workspaces = tmp_path_factory.mktemp("stacks"), tmp_path_factory.mktemp("copied") / "workspaces"
        shutil.copytree(WORKSPACES, workspaces)
        # Of a table with masks, who streams must see what changed.
        edit(workspaces / "platform.yaml", "scoring: {", "scoring: {sensitive: clear, source_sensitive: clear, ")
        synth(stacks, workspaces)
        loader.load(mine.mlops.endpoint(), stacks)
    mine.let_time_go_on("credit-scoring")
    yield mine
    mine.mlops("down", ok=False)


def _count(mine: Victim, table: str) -> int:
    try:
        return int(mine.mlops.sql(f"select count(*) as n from prod.credit_gold.{table}")[0]["n"])
    except AssertionError:
        # There is no such table yet.
        return 0


def _sent(mine: Victim) -> list[dict[str, Any]]:
    client = mine.mlops.client()
    try:
        found = [entry.path or "" for entry in client.files.list_directory_contents(_MANIFESTS)]
    except Exception:  # noqa: BLE001 - nothing has been sent yet
        return []
    return [json.loads(client.files.download(path).contents.read()) for path in found]  # type: ignore[union-attr]


def _rows_sent(mine: Victim) -> int:
    return sum(manifest["rows"] for manifest in _sent(mine))


def test_predictions_appear_in_the_table_and_as_files_without_anybody_asking(streaming: Victim, tmp_path: Path) -> None:
    """The first rows, and those of a file that arrives later; every manifest's parts add up to the table."""
    rows = _count(streaming, "client_features")
    assert rows > 0
    _until(lambda: _count(streaming, "predictions") == rows == _rows_sent(streaming))
    header, *lines = _applications(streaming)
    later = io.BytesIO(
        "\n".join([header, *(f"{90_000 + n},{line.partition(',')[2]}" for n, line in enumerate(lines[:20]))]).encode()
    )
    streaming.mlops.client().files.upload("/Volumes/prod/credit_bronze/landing/applications/2020-03.csv", later)
    streaming.mlops("run", "credit-ingest", "--env", "prod")
    assert _count(streaming, "client_features") == rows + 20
    _until(lambda: _count(streaming, "predictions") == rows + 20 == _rows_sent(streaming))


def test_the_job_beside_it_forgets_a_person(streaming: Victim) -> None:
    """The continuous run goes on meanwhile."""
    before = _count(streaming, "predictions")
    streaming.mlops("forget", "credit", "90001", "--reason", "asked to be", "--by", "ann")
    assert _count(streaming, "predictions") == before - 1
    client = streaming.mlops.client()
    job = next(job for job in client.jobs.list(name="credit-scoring"))
    assert len(list(client.jobs.list_runs(job_id=job.job_id, active_only=True))) == 1


def _applications(mine: Victim) -> list[str]:
    client, folder = mine.mlops.client(), "/Volumes/prod/credit_bronze/landing/applications"
    first = sorted(entry.path or "" for entry in client.files.list_directory_contents(folder))[0]
    return client.files.download(first).contents.read().decode().splitlines()  # type: ignore[union-attr]


def _until(holds: Any, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(5)
