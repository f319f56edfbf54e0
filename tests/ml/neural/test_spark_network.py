"""A network over Spark's workers: real processes, started by Spark's TorchDistributor."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyspark import cloudpickle
from scipy.special import expit

import ml
from ml.declarations import Algorithm, Tuning
from ml.evaluation.metrics import roc_auc
from ml.examples import dataset
from ml.neural import shards
from ml.neural.lanes import LANES
from ml.parameters import Common
from ml.training import plan, train
from ml.training.learners import spark_network
from ml.training.plan import Task
from ml.versions import artifact, contract
from tests.ml.conftest import COMMIT, MODEL_NAME, World
from tests.ml.neural.torch_here import torch_or_skip

torch = torch_or_skip()


@pytest.fixture(autouse=True, scope="module")
def _code_travels() -> None:
    """As `runtime.spark()` has it in a task: Spark's workers cannot import this code."""
    cloudpickle.register_pickle_by_value(ml)


def _task(world: World, processes: int = 2) -> Task:
    model = replace(world.use_case.models[0], algorithms=(Algorithm.SPARK_NETWORK,), tuning=Tuning(trials=1))
    common = Common(use_case=replace(world.use_case, models=(model,)), catalog="prod", run_id="network")
    return Task(
        common=common, source_catalog="prod", git_commit=COMMIT, sample_rows=0, reason="test", processes=processes
    )


def test_two_processes_of_spark_fit_what_one_fits_from_shards(world: World, tmp_path: Path) -> None:
    """The weights agree after all steps; the shards hold every row once, in the lane that its key says."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    rows = planned.examples.where("client_id % 4 = 0")
    fitted = {}
    for processes in (1, 2):
        scratch = tmp_path / str(processes)
        learner = spark_network.over(rows, planned.model, task.problem, scratch=scratch, processes=processes)
        periods = planned.split.train[:4]
        fitted[processes] = learner.fit({**learner.first, "dropout": 0.0, "epochs": 2}, periods)
    one, two = (fitted[processes].weights for processes in (1, 2))
    assert one.keys() == two.keys()
    for name in one:
        # In single precision, as it trains: sums of another order differ in the last digits, step by step.
        np.testing.assert_allclose(two[name], one[name], rtol=2e-2, atol=2e-4, err_msg=name)
    (folder,) = (tmp_path / "2").glob("rows-*")
    assert sum(shards.sizes(folder)) == learner.rows(periods).count()
    assert min(shards.sizes(folder)) > 0
    assert len(list(folder.glob("_lane=*"))) == LANES
    scores = fitted[2].scores(planned.split.tuning)
    # The answers of a network are log odds.
    assert roc_auc(scores.truth, expit(scores.raw)) > 0.6


def test_the_declared_algorithm_is_trained_registered_and_served(world: World, tmp_path: Path) -> None:
    """The logged measures are those of the served model; the scratch volume is empty again; the curve is in the run."""
    task = _task(world)
    planned = plan.plan(world.tables, task)
    made, account = train.train(world.client, world.tables, task, planned, plan.lineage(task, planned))
    assert account.fitted == 5000
    first, last = planned.split.holdout[0], planned.split.holdout[-1]
    held = dataset.holdout_frame(world.tables, task.model, planned.pinned, task.common.judging, (first, last))
    model = artifact.load(artifact.fetch(f"models:/{MODEL_NAME}/{made.version}", tmp_path))
    answers = model.predict(contract.model_input(planned.model, held))["probability"]
    measured = roc_auc(held["defaulted"], answers)
    assert measured > 0.65
    run = world.client.get_run(made.run_id)
    assert run.data.metrics["holdout_roc_auc"] == pytest.approx(measured)
    curve = world.client.get_metric_history(made.run_id, "fitted-loss")
    assert [each.step for each in curve] == list(range(1, int(float(run.data.params["epochs"])) + 1))
    assert list(Path(world.tables.volume_path("prod.credit_ops.scratch", write=True)).iterdir()) == []
