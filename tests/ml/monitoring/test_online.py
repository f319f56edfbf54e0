"""What an endpoint was asked, as the local cloud records it: an experiment with a challenger, and its shadow."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow.models import ModelSignature
from pyspark.sql import functions as F  # noqa: N812

from localcloud.services.serving.inference import delta
from localcloud.services.serving.inference.rows import COLUMNS, SCHEMA, Exchange, row
from localcloud.services.serving.online import source
from localcloud.services.serving.online.rows import OnlineRows
from ml.declarations import Experiment, UseCase, inference_table
from ml.gates.experiment_checks import experiment_check
from ml.monitoring import experiment, shadow
from ml.monitoring.asked import known_then
from ml.parameters import Common
from ml.records.experiments import EXPERIMENTS, TRIALS, as_text
from ml.records.shadow import SHADOW_ANSWERS
from ml.server.online import OnlineStore
from ml.tables import frame_of
from ml.usecases import use_case
from ml.versions import contract
from ml.versions.version_task import Subject
from tests.ml.conftest import write_gold
from tests.ml.lake import Lake, lake

__all__ = ["lake"]

CREDIT = use_case("credit")
RULE = Experiment(size=1_000, effect=0.2)
OPS = "prod.credit_ops"
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture
def task() -> Common:
    """Credit, whose endpoint has an experiment and a shadow."""
    model = CREDIT.models[0]
    assert model.serving
    serving = replace(model.serving, challenger_percent=50, experiment=RULE, shadow=True)
    case: UseCase = replace(CREDIT, models=(replace(model, serving=serving),))
    return Common(use_case=case, catalog="prod", run_id="r")


class Recorded:
    """The inference table of a lake, written as the local cloud writes it."""

    def __init__(self, lake: Lake, task: Common) -> None:
        assert task.model.serving
        catalog, schema, table = inference_table("prod", "credit", task.model.serving.endpoint).split(".")
        self._location = lake.root / catalog / schema / table
        delta.create(self._location, COLUMNS)

    def add(self, *asked: tuple[str, str, object], at: datetime | None = None) -> None:
        """Requests of an hour ago, or of then: entity, request, answer."""
        rows = [
            row(
                Exchange(
                    table="",
                    request=request.encode(),
                    response=json.dumps({"predictions": [answer]} if answer else {"error_code": "X"}).encode(),
                    status_code=200,
                    received_at=((at or BEGAN + timedelta(hours=1)) + timedelta(seconds=place)).timestamp(),
                    execution_ms=1,
                    served_entity_id=entity,
                    requester="someone",
                )
            )
            for place, (entity, request, answer) in enumerate(asked)
        ]
        delta.append(self._location, SCHEMA.empty_table().from_pylist(rows, schema=SCHEMA))


def _by_key(client: int, **given: object) -> str:
    return json.dumps({"dataframe_records": [{"client_id": client, **given}]})


def _begin(lake: Lake, task: Common, version: int, **other: Any) -> Mapping[str, Any]:
    trial = {
        "model": task.model_name,
        "version": version,
        "champion": 1,
        "version_entity": f"e{version}",
        "champion_entity": "e1",
        "percent": 50,
        "experiment": as_text(RULE),
        "run_id": "r",
        "began_at": BEGAN,
        **other,
    }
    lake.tables.append(TRIALS, f"{OPS}.{TRIALS.name}", frame_of(lake.spark, TRIALS, [trial]))
    return trial


def _registry(folder: Path, task: Common, champion: int) -> mlflow.MlflowClient:
    client = mlflow.MlflowClient(tracking_uri=folder.as_uri(), registry_uri=folder.as_uri())
    client.create_registered_model(task.model_name)
    for _ in range(3):
        client.create_model_version(task.model_name, source=f"{folder}/x")
    client.set_registered_model_alias(task.model_name, "champion", str(champion))
    return client


@pytest.mark.slow
def test_an_experiment_runs_until_its_outcomes_are_sure_and_a_gate_reads_it(
    lake: Lake, task: Common, tmp_path: Path
) -> None:
    """Each event once, for who answered it first; what was asked before, and what cannot be read, counts for nothing.

    The gate blocks while there is none, while it runs, and beside another live version; once won, it passes.
    """
    # A registry without a server of its own.
    lake.monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    write_gold(lake.tables, CREDIT, rows=600, months=2)
    outcome = CREDIT.models[0].outcome
    outcomes = dict(lake.rows("gold." + outcome.table.name, outcome.key, outcome.label, catalog="prod"))
    client, recorded = _registry(tmp_path / "registry", task, champion=1), Recorded(lake, task)

    def subject(version: int = 2) -> Subject:
        return Subject(common=task, version=version, source_catalog=None, tables=lake.tables, client=client)

    def answer(key: int, entity: str) -> dict[str, float]:
        """Of the champion no better than chance, of the challenger close to what comes."""
        sure = 0.6 + key % 7 / 20 if entity == "e2" else 0.45 + key % 7 / 60
        return {"probability": sure if outcomes[key] else 1 - sure}

    assert "the task trial starts it" in experiment_check(subject()).text
    _begin(lake, task, 2)
    assert experiment_check(subject()).text == "experiment: it is running: no look has been recorded"
    assert experiment.looked(lake.tables, task) is not None

    def asked(*keys: int) -> list[tuple[str, str, object]]:
        return [("e1" if key % 2 else "e2", _by_key(key), answer(key, "e1" if key % 2 else "e2")) for key in keys]

    recorded.add(*asked(*range(400, 500)), at=BEGAN - timedelta(minutes=30))
    recorded.add(*asked(*range(1, 101)), ("e1", "no request", {"probability": 0.5}), ("e1", _by_key(1), None))
    # The same again, later and by the other one.
    recorded.add(*[("e2", _by_key(key), {"probability": 0.5}) for key in range(1, 100, 2)], at=datetime.now(UTC))
    look = experiment.looked(lake.tables, task)
    assert look
    assert (look.standing, look.champion.rows, look.challenger.rows) == ("running", 50, 50)
    assert "it is running: 50 and 50 outcomes; 100 of each are needed" in experiment_check(subject()).text
    csv = [("e2", f"client_id\n{key}\n", answer(key, "e2")) for key in range(102, 302, 2)]
    recorded.add(*csv, *asked(*range(101, 401, 2)))
    look = experiment.looked(lake.tables, task)
    assert look
    assert (look.standing, look.champion.rows, look.challenger.rows) == ("won", 200, 150)
    assert experiment.looked(lake.tables, task) is None
    standings = lake.rows("ops." + EXPERIMENTS.name, "version_rows", "standing", catalog="prod")
    assert standings == [(0, "running"), (50, "running"), (150, "won")]
    assert experiment_check(subject()).passed
    assert not experiment_check(subject(3)).passed
    client.set_registered_model_alias(task.model_name, "champion", "3")
    assert not experiment_check(subject()).passed
    assert experiment_check(subject(3)).passed


def test_a_challenger_answers_once_what_the_endpoint_was_asked(lake: Lake, task: Common, tmp_path: Path) -> None:
    """By what the request brings and what was known then; both answers stand side by side; a replay adds nothing."""
    write_gold(lake.tables, CREDIT, rows=40, months=2)
    recorded = Recorded(lake, task)
    model = Path(__file__).parents[1] / "scoring" / "delay_model.py"
    signature = ModelSignature(contract.signature(task.model).inputs, contract.signature(task.model).outputs)
    mlflow.pyfunc.save_model(tmp_path / "model", python_model=str(model), signature=signature, pip_requirements=[])
    delays = dict(lake.rows("gold.client_features", "client_id", "longest_delay", catalog="prod"))
    answered = {"probability": 0.25}
    recorded.add(
        ("e1", _by_key(1), answered),
        ("e1", _by_key(2, longest_delay=7), answered),
        ("e1", json.dumps({"dataframe_split": {"columns": ["client_id"], "data": [[3.0]]}}), answered),
        ("e1", _by_key(9_999), answered),
    )

    def shadowed() -> int:
        return shadow.shadowed(lake.tables, task, 2, lambda: mlflow.pyfunc.load_model(str(tmp_path / "model")).predict)

    assert (shadowed(), shadowed()) == (4, 0)
    frame = lake.tables.read(f"{OPS}.{SHADOW_ANSWERS.name}").orderBy("requested_at")
    rows = frame.select("answer", "shadow_answer", "refused", "version", "entity").collect()
    assert [json.loads(each["answer"]) for each in rows] == [answered] * 4
    expected = [max(delays[1], 0) / 10, 0.7, max(delays[3], 0) / 10]
    assert [json.loads(each["shadow_answer"])["probability"] for each in rows[:3]] == pytest.approx(expected)
    assert rows[3]["shadow_answer"] is None
    assert rows[3]["refused"]
    recorded.add(("e1", _by_key(5), answered))
    assert shadowed() == 1


def test_what_is_looked_up_online_is_what_is_known_offline(lake: Lake, task: Common, tmp_path: Path) -> None:
    """Each feature of each key, of the newest row of several, as published and as joined at the time of a request."""
    table = task.model.feature_table
    name = table.table.full_name("prod", "credit")
    write_gold(lake.tables, CREDIT, rows=40, months=2)
    later = lake.tables.read(name).where("client_id <= 3").withColumn("limit_bal", F.lit(123_456.0))
    lake.tables.append(table.table, name, later.withColumn(table.event_time, F.add_months(table.event_time, 12)))
    key = source.PrimaryKey(column=table.key, is_text=False, times=(table.event_time,))
    location = str(lake.root.joinpath(*name.split(".")))
    published = OnlineRows(tmp_path / "online.db")
    published.replace("online", source.newest(lake.spark, location, lake.tables.version(name), key))
    published.close()
    keys = range(1, 42)
    online = OnlineStore(tmp_path / "online.db").read("online", [str(each) for each in keys])
    columns = "request_id string, requested_at timestamp, key bigint"
    asked = lake.spark.createDataFrame([("r", datetime.now(UTC), each) for each in keys], columns)
    offline = known_then(asked, lake.tables.read(name), table, task.model.features).collect()
    joined = {str(row["key"]): {each: source.as_json(row[each]) for each in task.model.features} for row in offline}
    assert joined.pop("41") == dict.fromkeys(task.model.features)
    assert joined == {each: {name: row[name] for name in task.model.features} for each, row in online.items()}
