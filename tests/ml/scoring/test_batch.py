"""Task `scoring` with a real MLflow registry, Spark's own workers and Delta."""

import json
from dataclasses import replace

import mlflow
import pytest
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Rescore, unmasked
from ml.scoring import batch
from ml.usecases import USE_CASES
from ml.versions.answers import UnusableAnswersError
from ml.versions.champion import NoChampionError, champion_version
from tests.ml.lake import Lake
from tests.ml.scoring.live import CATALOG, CREDIT, MODEL


def _predictions(lake: Lake, *columns: str) -> list[tuple[object, ...]]:
    return lake.rows("gold.predictions", *columns, catalog=CATALOG)


def test_without_a_champion_nothing_is_scored(registered: mlflow.MlflowClient, gold: Lake) -> None:
    """The message says which job makes one."""
    with pytest.raises(NoChampionError, match=f"model {MODEL} has no @champion, .* run the training job"):
        gold.run(batch, catalog=CATALOG)
    with pytest.raises(NoChampionError, match=r"no_such\.credit_ops\.model has no @champion"):
        champion_version(registered, "no_such.credit_ops.model")


def test_each_row_is_scored_once_by_the_version_that_was_live(
    registered: mlflow.MlflowClient, gold: Lake, capfd: pytest.CaptureFixture[str]
) -> None:
    """A rerun adds nothing; a later champion scores only what came later; every row says who scored it."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    gold.run(batch, "first", catalog=CATALOG)
    features = gold.rows("gold.client_features", "client_id", "longest_delay", catalog=CATALOG)
    assert _predictions(gold, "client_id", "probability") == [
        (client, pytest.approx(max(delay, 0) / 10)) for client, delay in features
    ]
    version = gold.tables.version(f"{CATALOG}.credit_gold.predictions")
    gold.run(batch, "second", catalog=CATALOG)
    assert gold.tables.version(f"{CATALOG}.credit_gold.predictions") == version
    registered.set_registered_model_alias(MODEL, "champion", "2")
    table = CREDIT.models[0].feature_table.table
    later = gold.tables.read(f"{CATALOG}.credit_gold.client_features").where("client_id <= 3")
    later = later.withColumn("application_month", F.add_months("application_month", 12))
    gold.tables.append(table, f"{CATALOG}.credit_gold.client_features", later)
    gold.run(batch, "third", catalog=CATALOG)
    scored_by = _predictions(gold, "run_id", "model_version", "model", "client_id")
    assert scored_by == [("first", 1, MODEL, client) for client in range(1, 41)] + [
        ("third", 2, MODEL, client) for client in (1, 2, 3)
    ]
    reports = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith('{"task"')]
    assert [(each["rows_in"], each["rows_kept"], each["model_version"]) for each in reports] == [
        (40, 40, 1),
        (0, 0, 1),
        (3, 3, 2),
    ]


def test_features_are_read_from_the_table_that_the_job_names(registered: mlflow.MlflowClient, gold: Lake) -> None:
    """It has the model's features and no sensitive column; the declared table is not there at all."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    declared = CREDIT.models[0].feature_table.table
    rows = gold.tables.read(f"{CATALOG}.credit_gold.client_features")
    plain = unmasked(declared, "plain")
    kept = [column.name for column in plain.columns]
    gold.tables.merge(plain, f"{CATALOG}.credit_gold.plain", rows.where("client_id <= 7").select(*kept))
    (gold.root / CATALOG / "credit_gold" / declared.name).rename(gold.root / "away")
    gold.run(batch, catalog=CATALOG, features_table="plain")
    assert [client for (client,) in _predictions(gold, "client_id")] == list(range(1, 8))


@pytest.mark.slow
def test_a_row_whose_features_changed_is_scored_again_if_the_model_declares_so(
    registered: mlflow.MlflowClient, gold: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when they change back; a rerun adds nothing, and every prediction stays with the hash of what it saw."""
    case = replace(CREDIT, models=(replace(CREDIT.models[0], rescore=Rescore.ON_CHANGE),))
    monkeypatch.setitem(USE_CASES, "credit", case)
    registered.set_registered_model_alias(MODEL, "champion", "1")
    table, name = CREDIT.models[0].feature_table.table, f"{CATALOG}.credit_gold.client_features"
    gold.run(batch, "first", catalog=CATALOG)
    received = gold.spark.createDataFrame(gold.tables.read(name).where("client_id <= 2").toArrow())
    corrected = received.withColumn("longest_delay", F.lit(7))
    for run_id, rows in (("corrected", corrected), ("again", corrected), ("back", received)):
        gold.tables.merge(table, name, rows)
        gold.run(batch, run_id, catalog=CATALOG)
    found = _predictions(gold, "client_id", "run_id", "probability", "features_hash")
    by_run = {(client, run): (probability, seen) for client, run, probability, seen in found}
    assert sorted(by_run) == sorted(
        [*((client, "first") for client in range(1, 41)), *((c, r) for c in (1, 2) for r in ("back", "corrected"))]
    )
    for client in (1, 2):
        assert by_run[client, "back"] == by_run[client, "first"]
        assert by_run[client, "corrected"][0] == pytest.approx(0.7)
        assert by_run[client, "corrected"][1] != by_run[client, "first"][1]


def test_every_new_version_scores_all_rows_if_the_model_declares_so(
    registered: mlflow.MlflowClient, gold: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once each: a version that comes back, by a roll-back, has scored them already."""
    case = replace(CREDIT, models=(replace(CREDIT.models[0], rescore=Rescore.ON_NEW_VERSION),))
    monkeypatch.setitem(USE_CASES, "credit", case)
    for version in ("1", "2", "1"):
        registered.set_registered_model_alias(MODEL, "champion", version)
        gold.run(batch, f"run-{version}", catalog=CATALOG)
    assert _predictions(gold, "model_version", "client_id") == [
        (version, client) for version in (1, 2) for client in range(1, 41)
    ]


def test_a_model_whose_answers_cannot_be_used_writes_nothing(registered: mlflow.MlflowClient, gold: Lake) -> None:
    """Delays of 20 months make it answer 2.0."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    table, name = CREDIT.models[0].feature_table.table, f"{CATALOG}.credit_gold.client_features"
    strange = F.when(F.col("client_id") <= 5, F.lit(20)).otherwise(F.col("longest_delay"))
    gold.tables.merge(table, name, gold.tables.read(name).withColumn("longest_delay", strange))
    said = r"returned 5 value\(s\) of probability that are null, not a finite number or outside 0\.\.1; nothing"
    with pytest.raises(UnusableAnswersError, match=said):
        gold.run(batch, catalog=CATALOG)
    assert _predictions(gold) == []
