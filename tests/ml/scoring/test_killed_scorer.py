"""`kill -9` of a scoring with every sink at named points: after the next run each holds what the contract says."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
import pytest

from localcloud.beside.postgres import Postgres
from ml.sinks.files import committed
from tests.ml.lake import Lake
from tests.ml.scoring.killed_scorer import POINTS
from tests.ml.scoring.live import CATALOG, MODEL
from tests.ml.sinks.topics import read

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

_SAID = ("client_id", "model_version", "probability")
_ROWS = 40


def _doubles(point: str) -> range:
    """How many doubles the topic may have. Sinks are fed side by side: the kill may find it half sent, by Spark."""
    if "topic" in point:
        return range(_ROWS, _ROWS + 1)
    return range(_ROWS + 1) if "checkpoint" in point else range(1)


def _run(gold: Lake, run_id: str, told: dict[str, Any], point: str = "") -> int:
    """The exit status of a process that scores."""
    words = [str(gold.root), run_id, json.dumps(told), *([point] if point else [])]
    done = subprocess.run(
        [sys.executable, "-m", "tests.ml.scoring.killed_scorer", *words],
        cwd=Path(__file__).resolve().parents[3],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-3000:]
    return done.returncode


@pytest.fixture
def told(broker: str, postgres: Postgres) -> dict[str, Any]:
    """A table and a topic of their own, and the secrets of both."""
    schema = f"s{uuid4().hex[:8]}"
    postgres.ask(f"CREATE SCHEMA {schema}")
    secrets = {f"pg-{name}": value for name, value in postgres.secrets.items()} | {"bus-bootstrap-servers": broker}
    return {"table": f"{schema}.scores", "topic": f"scores-{schema}", "secrets": secrets}


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_every_sink_has_every_prediction(
    registered: mlflow.MlflowClient, gold: Lake, postgres: Postgres, told: dict[str, Any], point: str
) -> None:
    """A row once in the table, the database and the files. Killed after sending, a topic has doubles of the same bytes.

    Another version has gone live before the next run, and yet no row is answered by it.
    """
    registered.set_registered_model_alias(MODEL, "champion", "1")
    assert _run(gold, "killed", told, point) == -signal.SIGKILL
    registered.set_registered_model_alias(MODEL, "champion", "2")
    assert _run(gold, "next", told) == 0
    expected = gold.rows("gold.predictions", *_SAID, catalog=CATALOG)
    assert [(client, version) for client, version, _ in expected] == [(client, 1) for client in range(1, _ROWS + 1)]
    assert sorted(postgres.ask(f"SELECT {', '.join(_SAID)} FROM {told['table']}")) == expected
    folder = gold.root / CATALOG / "credit_gold" / "exports" / "files-parquet" / "credit"
    paths = [str(folder / part["path"]) for manifest in committed(folder) for part in manifest["parts"]]
    assert sorted(tuple(row) for row in gold.spark.read.parquet(*paths).select(*_SAID).collect()) == expected
    messages = read(gold, told["secrets"]["bus-bootstrap-servers"], told["topic"])
    by_id = {each.key: each.value for each in messages}
    print(f"killed when {point}: {len(messages) - len(by_id)} doubles in the topic")
    assert len(messages) - len(by_id) in _doubles(point)
    assert len({(each.key, each.value) for each in messages}) == _ROWS
    kept = [json.loads(value) for value in by_id.values()]
    assert sorted(tuple(row[name] for name in _SAID) for row in kept) == expected
