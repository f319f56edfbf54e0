"""Training on real Spark, Delta and MLflow."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pytest
import yaml
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from pyspark.sql import functions as F  # noqa: N812

from ml.examples import dataset
from ml.parameters import Common
from ml.runtime import RowsUnaccountedError
from ml.training import plan, registry, train
from ml.training.plan import RowAccount, Task
from ml.versions import artifact
from ml.versions.lineage import read_lineage
from tests.ml.conftest import COMMIT, MODEL_NAME, World


def _task(world: World, sample_rows: int = 0) -> Task:
    common = Common(use_case=world.use_case, catalog="prod", run_id="plan")
    return Task(common=common, source_catalog="prod", git_commit=COMMIT, sample_rows=sample_rows, reason="test")


def _fetched(trained: dict[str, object], into: Path) -> Path:
    """The artifact of the trained version, as a task gets it."""
    return artifact.fetch(f"models:/{MODEL_NAME}/{trained['model_version']}", into)


def test_a_version_carries_its_evidence(world: World, trained: dict[str, object]) -> None:
    """Tables and versions, windows, commit, licence, owner and personal data are tags; a description says the rest."""
    version = world.client.get_model_version(MODEL_NAME, str(trained["model_version"]))
    lineage = read_lineage("the version", version.tags)
    assert lineage.feature_table == "prod.credit_gold.client_features"
    assert lineage.outcome_table == "prod.credit_gold.client_outcomes"
    assert (lineage.feature_table_version, lineage.outcome_table_version) == (1, 1)
    assert (str(lineage.fitted_first_period), str(lineage.fitted_last_period)) == ("2023-01-01", "2023-10-01")
    assert (str(lineage.holdout_first_period), str(lineage.holdout_last_period)) == ("2023-11-01", "2023-12-01")
    assert (lineage.git_commit, lineage.reason, lineage.job_run_id) == (COMMIT, "test", "run-1")
    assert version.tags["owner"] == "ml-engineers"
    assert version.tags["licence"] == "CC BY 4.0"
    assert version.tags["contains_personal_data"] == "true"
    assert "Hold-out 2023-11-01..2023-12-01: 1000 rows, ROC AUC 0." in version.description
    assert "(95% intervals)" in version.description


def test_the_run_records_parameters_metrics_and_the_tables_as_inputs(world: World, trained: dict[str, object]) -> None:
    """Everything about the run is in MLflow."""
    run = world.client.get_run(str(trained["run_id"]))
    assert run.info.status == "FINISHED"
    assert 0.65 < run.data.metrics["holdout_roc_auc"] < 0.95
    assert run.data.metrics["holdout_rows"] == 1000
    assert {"max_depth", "num_boost_round", "calibration", "learner", "trials"} <= set(run.data.params)
    nested = f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"
    assert len(world.client.search_runs([run.info.experiment_id], nested)) == 12
    lower, value, upper = (run.data.metrics[f"holdout_roc_auc{end}"] for end in ("_lower", "", "_upper"))
    assert lower < value < upper
    for column in ("sex", "age_band"):
        lower, value, upper = (run.data.metrics[f"protected_gain_{column}{end}"] for end in ("_lower", "", "_upper"))
        assert lower <= value <= upper
    counted = {name: rows for name, rows in run.data.metrics.items() if name.startswith("rows_")}
    where = {"available": 6000, "fitted": 5000, "holdout": 1000, "sampled_out": 0, "known_too_late": 0}
    assert counted == {f"rows_{name}": rows for name, rows in where.items()}
    assert {each.path for each in world.client.list_artifacts(run.info.run_id)} >= {
        "environment.json",
        "importance.json",
        "importance.png",
    }
    inputs = {item.dataset.name: item.dataset.source_type for item in run.inputs.dataset_inputs}
    assert inputs == {
        "prod.credit_gold.client_features@1": "delta_table",
        "prod.credit_gold.client_outcomes@1": "delta_table",
    }
    assert world.client.get_experiment(run.info.experiment_id).name == "/mlops/prod/credit-training"


def test_training_again_reuses_the_version(
    world: World, trained: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Another run, commit and reason, but the same data, declaration and code: nothing new is trained."""
    again = world.train("run-again", commit="f" * 40)
    assert again == trained
    account = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (account["reused"], account["rows_in"], account["rows_kept"]) == (True, 6000, 6000)
    made = world.client.search_model_versions(f"run_id='{trained['run_id']}'")
    assert [(version.name, int(version.version)) for version in made] == [(MODEL_NAME, trained["model_version"])]


def test_a_killed_run_is_closed_and_leaves_no_version(world: World, trained: dict[str, object]) -> None:
    """A run of the same fingerprint that never ended counts as killed, and is not taken for a result."""
    done = world.client.get_run(str(trained["run_id"]))
    killed = world.client.create_run(done.info.experiment_id, tags={"fingerprint": done.data.tags["fingerprint"]})
    world.train("run-after-kill")
    assert world.client.get_run(killed.info.run_id).info.status == "KILLED"
    assert world.client.search_model_versions(f"run_id='{killed.info.run_id}'") == []


def test_the_model_answers_in_a_process_without_the_checkout(
    world: World, trained: dict[str, object], tmp_path: Path
) -> None:
    """Another process, isolated, gives the probabilities that this one gives: one column, one row per row."""
    packed = _fetched(trained, tmp_path)
    raw = str(artifact.raw_model(packed))
    script = (
        "import sys, mlflow\n"
        "model = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "assert not any(name.partition('.')[0] == 'ml' for name in sys.modules)\n"
        "answer = model.predict(model.input_example)\n"
        "assert list(answer.columns) == ['probability'], answer\n"
        "print(answer['probability'].tolist())\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, raw], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    model = artifact.load(packed)
    here = model.predict(model.input_example)["probability"].tolist()
    assert json.loads(done.stdout.splitlines()[-1]) == here
    assert len(here) == 3


def _taken(world: World) -> list[str]:
    """The features of a model whose world has no account movements."""
    model = world.use_case.models[0]
    optional = {feature.name for feature in model.feature_table.features if feature.optional}
    return [name for name in model.features if name not in optional]


def test_the_version_is_packed_for_feature_look_up(world: World, trained: dict[str, object], tmp_path: Path) -> None:
    """Databricks finds loader, data folder and requirement; a request gives the key, and may bring any feature."""
    packed = _fetched(trained, tmp_path)
    model = Model.load(str(packed))
    flavour = model.flavors["python_function"]
    assert flavour["loader_module"] == "databricks.feature_store.mlflow_model"
    assert flavour["data"] == "data/feature_store"
    assert "databricks-feature-lookup==1.*" in (packed / "requirements.txt").read_text().splitlines()
    assert model.signature is not None
    required = {column.name: column.required for column in model.signature.inputs.inputs}
    assert required == {"client_id": True, **dict.fromkeys(_taken(world), False)}
    inner = artifact.load(packed).metadata.signature
    assert inner is not None
    assert inner.inputs.input_names() == _taken(world)
    assert inner.outputs == model.signature.outputs
    with pytest.raises(MlflowException, match="not supported for Feature Store models"):
        mlflow.pyfunc.load_model(str(packed))


def test_the_specification_names_table_key_and_types_of_every_feature(
    world: World, trained: dict[str, object], tmp_path: Path
) -> None:
    """Serialization version 9, Spark's type names, the key excluded from what the model takes."""
    text = (_fetched(trained, tmp_path) / "data" / "feature_store" / "feature_spec.yaml").read_text()
    spec = yaml.safe_load(text)
    key, *features = spec["input_columns"]
    assert key == {
        "client_id": {"data_type": "bigint", "include": False, "topological_ordering": 0, "source": "training_data"}
    }
    assert [next(iter(feature)) for feature in features] == _taken(world)
    assert features[0]["limit_bal"] == {
        "table_name": "prod.credit_gold.client_features",
        "feature_name": "limit_bal",
        "lookup_key": ["client_id"],
        "timestamp_lookup_key": ["application_month"],
        "data_type": "double",
        "topological_ordering": 1,
        "source": "feature_store",
    }
    assert spec["input_tables"] == [{"prod.credit_gold.client_features": {"table_id": "t-1"}}]
    rest = ("workspace_id", "feature_store_client_version", "serialization_version")
    assert [spec[name] for name in rest] == ["7", "0.12.1", 9]


@pytest.mark.parametrize("wrong", ["missing", "text", "null"])
def test_the_model_refuses_wrong_input(world: World, trained: dict[str, object], wrong: str, tmp_path: Path) -> None:
    """A missing feature, text for a number, a null where none may be."""
    model = artifact.load(_fetched(trained, tmp_path))
    example = model.input_example
    bad = {
        "missing": example.drop(columns=["limit_bal"]),
        "text": example.assign(limit_bal="much"),
        "null": example.assign(limit_bal=[1.0, np.nan, 2.0]),
    }[wrong]
    with pytest.raises((MlflowException, ValueError), match="limit_bal"):
        model.predict(bad)


def test_the_input_example_holds_no_real_client(world: World, trained: dict[str, object], tmp_path: Path) -> None:
    """Its rows are quartiles of each feature, a combination that no client has."""
    example = artifact.load(_fetched(trained, tmp_path)).input_example
    real = world.tables.read("prod.credit_gold.client_features").toPandas()[list(example.columns)]
    assert example.merge(real.astype(example.dtypes.to_dict()), how="inner").empty


def test_the_holdout_is_the_newest_periods_and_nothing_of_it_is_fitted_on(world: World) -> None:
    """Fitting rows and hold-out rows share no client, and the hold-out is the same every time."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    fitted = plan.fitting_frame(task, planned).toPandas()
    held = dataset.holdout_frame(world.tables, task.model, planned.pinned, task.common.judging, planned.split.held_out)
    assert (len(fitted), len(held)) == (5000, 1000)
    assert set(fitted["client_id"]).isdisjoint(held["client_id"])
    assert held["client_id"].tolist() == list(range(5001, 6001))


def test_samples_are_the_same_each_time_and_nested_and_leave_the_split_alone(world: World) -> None:
    """The 300 rows are among the 900; the periods of the hold-out do not change."""
    tasks = [_task(world, sample_rows=rows) for rows in (300, 900, 900)]
    plans = [plan.plan(world.tables, task) for task in tasks]
    small, large, again = (
        set(plan.fitting_frame(task, planned).toPandas()["client_id"])
        for task, planned in zip(tasks, plans, strict=True)
    )
    assert (len(small), len(large)) == (300, 900)
    assert small < large == again
    assert plans[0].split == plans[1].split == plan.plan(world.tables, _task(world)).split


def test_an_outcome_that_was_not_known_when_the_holdout_begins_is_not_fitted_on(world: World) -> None:
    """With an outcome known three periods later, the two periods before the hold-out may not be used."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    late = planned.examples.withColumn("known_month", F.add_months("application_month", 3))
    planned = replace(planned, examples=late)
    fitted = plan.fitting_frame(task, planned).toPandas()
    assert str(fitted["application_month"].max())[:10] == "2023-08-01"
    account = plan.account(task, planned, len(fitted))
    assert (account.fitted, account.known_too_late, account.holdout) == (4000, 1000, 1000)


def test_lost_rows_stop_the_training(world: World) -> None:
    """One row fewer than there should be."""
    task = _task(world)
    with pytest.raises(RowsUnaccountedError, match="6000 examples but accounts for 5999"):
        plan.account(task, plan.plan(world.tables, task), 4999)
    with pytest.raises(RowsUnaccountedError):
        RowAccount(available=10, fitted=5, holdout=4, sampled_out=0, known_too_late=0)


def test_a_model_that_is_not_deployed_is_refused_with_what_to_do(world: World) -> None:
    """Training does not create what Terraform owns."""
    with pytest.raises(registry.ModelNotDeployedError, match="deploy the <env>-ml stack"):
        registry.require_model(world.client, "prod.credit_ops.unknown")


@pytest.mark.parametrize("sample", ["-1", "all", "1.5", ""])
def test_a_sample_that_is_no_number_of_rows_is_refused(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with what is allowed."""
    flags = ["--use-case=credit", "--catalog=prod", "--run-id=1", "--source-catalog=prod", "--git-commit=x"]
    with pytest.raises(SystemExit, match="2"):
        train.parse([*flags, "--reason=test", f"--sample-rows={sample}"])
    assert "is not a number of rows: give 0 (all) or more" in capsys.readouterr().err
