"""Gradient-boosted trees fitted by Spark, served without it."""

from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from pyspark.ml.functions import vector_to_array
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Algorithm, Tuning
from ml.evaluation.metrics import roc_auc
from ml.examples import dataset
from ml.parameters import Common
from ml.training import plan, train
from ml.training.learners.spark_trees import SparkTrees, assembled, tree_arrays
from ml.training.plan import Task
from ml.versions import artifact, contract
from ml.versions.scorer import TREES_FILE, spark_raw
from tests.ml.conftest import COMMIT, MODEL_NAME, World


def _task(world: World) -> Task:
    model = replace(world.use_case.models[0], algorithms=(Algorithm.SPARK_GBT,), tuning=Tuning(trials=1))
    common = Common(use_case=replace(world.use_case, models=(model,)), catalog="prod", run_id="gbt")
    return Task(common=common, source_catalog="prod", git_commit=COMMIT, sample_rows=0, reason="test")


@pytest.mark.slow
def test_spark_trees_are_fitted_distributed_and_served_without_spark(world: World, tmp_path: Path) -> None:
    """The declared algorithm `spark_gbt` end to end: the logged measures are those of the served model."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    made, account = train.train(world.client, world.tables, task, planned, plan.lineage(task, planned))
    assert account.fitted == 5000
    first, last = planned.split.holdout[0], planned.split.holdout[-1]
    held = dataset.holdout_frame(world.tables, task.model, planned.pinned, task.common.judging, (first, last))
    uri = f"models:/{MODEL_NAME}/{made.version}"
    model = artifact.load(artifact.fetch(uri, tmp_path))
    probabilities = model.predict(contract.model_input(planned.model, held))["probability"]
    measured = roc_auc(held["defaulted"], probabilities)
    assert measured > 0.65
    assert world.client.get_run(made.run_id).data.metrics["holdout_roc_auc"] == pytest.approx(measured)
    assert "pyspark" not in Path(mlflow.pyfunc.get_model_dependencies(uri)).read_text()
    assert list(Path(world.tables.volume_path("prod.credit_ops.scratch", write=True)).iterdir()) == []


def test_the_saved_spark_trees_answer_as_spark_does(world: World, tmp_path: Path) -> None:
    """Log-odds by numpy from the saved parquet equal Spark's own to the last digits."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    vectors = assembled(planned.examples.orderBy("client_id").limit(1500), planned.model).cache()
    learner = SparkTrees(frame=vectors, scratch=tmp_path, seed=1)
    periods = [row["_period"] for row in vectors.select("_period").distinct().collect()]
    fitted = learner.fit({**learner.first, "maxIter": 5}, periods)
    fitted.save(tmp_path)
    margin, values = vector_to_array(F.col("rawPrediction"))[1], vector_to_array(F.col("_vector"))
    found = fitted.model.transform(vectors).select(margin.alias("margin"), values.alias("values")).toPandas()
    matrix = np.array(found["values"].tolist())
    assert len(matrix) == 1500
    assert spark_raw(tmp_path)(matrix) == pytest.approx(2 * found["margin"].to_numpy(), abs=1e-12)


def test_features_that_may_be_null_are_refused(world: World) -> None:
    """Before anything is fitted; the message names them and what to do."""
    model = _task(world).model
    table = model.feature_table
    features = tuple(replace(f, null_meaning="unknown") if f.name == "education" else f for f in table.features)
    holed = replace(model, feature_table=replace(table, features=features))
    named = r"takes \['education', 'overdrawn_days', .*\], which may be null, but algorithm spark_gbt accepts no nulls"
    with pytest.raises(ValueError, match=named):
        assembled(world.tables.read("prod.credit_gold.client_features"), holed)


def test_trees_of_different_depth_are_walked_to_their_leaves(tmp_path: Path) -> None:
    """A stump that says 1 or -1 by its feature, weight 1, and a single leaf 0.5 with weight 0.2."""
    stump = [(0, 0, 1, 2, 0, 3.0, 0.0), (0, 1, -1, -1, -1, 0.0, -1.0), (0, 2, -1, -1, -1, 0.0, 1.0)]
    leaf = (1, 0, -1, -1, -1, 0.0, 0.5)
    nodes = pd.DataFrame([*stump, leaf], columns=["tree", "id", "left", "right", "feature", "threshold", "prediction"])
    np.savez(tmp_path / TREES_FILE, allow_pickle=False, **tree_arrays(nodes, np.array([1.0, 0.2])))
    answers = spark_raw(tmp_path)(np.array([[3.0], [3.1], [np.nan]]))
    assert answers == pytest.approx([2 * (-1 + 0.1), 2 * (1 + 0.1), 2 * (1 + 0.1)])
