"""What a training leaves in MLflow, on a store in a file: nested runs, autologged fits, tables, environment."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import pytest
import xgboost
from mlflow.entities import Run
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from ml.declarations import Algorithm, ProblemType
from ml.examples.dataset import Pinned
from ml.problems.learning import Fitted, Narrowing, Params
from ml.problems.registry import problem_of
from ml.training import registry, run_inputs
from ml.training.autologging import autologging, unlogged
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.training.learners.average import averages
from ml.training.run_log import run_log
from tests.ml.problems.made import BINARY, PERIOD, REGRESSION, SPLIT, model, rows

PINNED = Pinned(
    catalog="prod",
    features="prod.made_gold.patients",
    features_version=7,
    outcomes="prod.made_gold.outcomes",
    outcomes_version=3,
    cut_off=date(2024, 9, 1),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mlflow.MlflowClient]:
    """A store of its own in a file, with an experiment that is the active one."""
    home = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home / 'runs.db'}")
        mlflow.set_tracking_uri(f"sqlite:///{home / 'runs.db'}")
        mlflow.set_experiment(experiment_id=mlflow.create_experiment("made", artifact_location=(home / "a").as_uri()))
        yield mlflow.MlflowClient()
        mlflow.set_tracking_uri(None)


def _logged(
    client: mlflow.MlflowClient, declared: ProblemType, *algorithms: Algorithm, trials: int = 2
) -> tuple[Run, Learned, list[Run]]:
    """A training as the task logs it: its run, what was learned, and its nested runs, the oldest first."""
    declaration, frame, problem = model(declared, *algorithms, trials=trials), rows(declared), problem_of(declared)
    learners = in_memory.learners(declaration, problem, frame[frame[PERIOD].isin(SPLIT.before_holdout)], period=PERIOD)
    with mlflow.start_run() as run, run_log(client, run) as log:
        run_inputs.log_tables(declaration, PINNED)
        run_inputs.log_environment(declaration)
        learned = learn(learners, problem, SPLIT, declaration.tuning, seed=1, watch=log)
        registry.log_search(learned)
    query = f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{run.info.run_id}'"
    nested = client.search_runs([run.info.experiment_id], query, order_by=["start_time ASC"])
    return client.get_run(run.info.run_id), learned, list(nested)


@pytest.fixture(scope="module")
def boosted(client: mlflow.MlflowClient) -> tuple[Run, Learned, list[Run]]:
    """Three trials of XGBoost alone."""
    return _logged(client, BINARY, Algorithm.XGBOOST, trials=3)


def test_each_trial_is_a_nested_run_in_the_order_of_the_search(boosted: tuple[Run, Learned, list[Run]]) -> None:
    """Parameters, algorithm, loss and rounds of every candidate, ended, under the run of the version."""
    run, learned, nested = boosted
    candidates = learned.searches["xgboost"].candidates
    assert [each.info.run_name for each in nested] == ["01 xgboost", "02 xgboost", "03 xgboost"]
    assert {each.data.tags[MLFLOW_PARENT_RUN_ID] for each in nested} == {run.info.run_id}
    assert [each.data.tags["trial"] for each in nested] == ["1", "2", "3"]
    assert {each.info.status for each in nested} == {"FINISHED"}
    assert [each.data.metrics for each in nested] == [{"loss": one.loss, **one.found} for one in candidates]
    for each, candidate in zip(nested, candidates, strict=True):
        given = {name: str(value) for name, value in candidate.params.items()}
        assert each.data.params == {"algorithm": "xgboost", **given}
        assert each.info.start_time <= each.info.end_time


def test_the_fit_of_the_version_is_logged_by_its_library_once(
    boosted: tuple[Run, Learned, list[Run]], client: mlflow.MlflowClient
) -> None:
    """Its parameters, a loss for every round, and no hand-written name for the same thing; no model, no second run."""
    run, learned, nested = boosted
    params = run.data.params
    assert params["max_depth"] == str(learned.params["max_depth"])
    assert params["num_boost_round"] == str(learned.params["rounds"])
    assert "rounds" not in params
    assert {"learner", "trials", "calibration"} <= set(params)
    history = client.get_metric_history(run.info.run_id, "fitted-logloss")
    assert [each.step for each in history] == list(range(int(learned.params["rounds"])))
    assert history[-1].value < history[0].value
    assert run.outputs is None or not run.outputs.model_outputs
    assert client.search_logged_models([run.info.experiment_id]) == []
    assert client.search_registered_models() == []
    assert all("num_boost_round" not in each.data.params for each in nested)


def test_the_run_names_its_tables_with_versions_and_columns_and_its_environment(
    boosted: tuple[Run, Learned, list[Run]],
) -> None:
    """Two data sets, each once and none of the library's; the environment is a file."""
    run, _, _ = boosted
    inputs = {each.tags[0].value: each.dataset for each in run.inputs.dataset_inputs}
    assert {name: (each.name, each.digest, each.source_type) for name, each in inputs.items()} == {
        "features": ("prod.made_gold.patients@7", "7", "delta_table"),
        "outcomes": ("prod.made_gold.outcomes@3", "3", "delta_table"),
    }
    assert json.loads(inputs["features"].source)["delta_table_version"] == 7
    columns = json.loads(inputs["features"].schema)["mlflow_colspec"]
    assert [each["name"] for each in columns] == ["weight", "visits", "smoker", "ward", "since"]
    found = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/environment.json")
    assert found["packages"]["xgboost"] == xgboost.__version__
    assert set(found) == {"python", "cores", "device", "packages", "left_out"}


def test_to_watch_a_training_changes_nothing_of_it(boosted: tuple[Run, Learned, list[Run]], tmp_path: Path) -> None:
    """The bytes of the booster are those of a training without a log, and of XGBoost called without an evaluation."""
    _, learned, _ = boosted
    declaration, frame = model(BINARY, Algorithm.XGBOOST, trials=3), rows(BINARY)
    before, problem = frame[frame[PERIOD].isin(SPLIT.before_holdout)], problem_of(BINARY)
    learners = in_memory.learners(declaration, problem, before, period=PERIOD)
    silent = learn(learners, problem, SPLIT, declaration.tuning, seed=1)
    saved = []
    for name, each in (("watched", learned), ("silent", silent)):
        (tmp_path / name).mkdir()
        each.fitted.save(tmp_path / name)
        saved.append((tmp_path / name / "booster.ubj").read_bytes())
    assert saved[0] == saved[1]
    assert learned.calibration == silent.calibration
    own = learned.learner
    given = {name: value for name, value in learned.params.items() if name != "rounds"}
    matrix = own.rows.matrix(SPLIT.before_holdout, learned.fitted.categories).astype(np.float32)
    data = xgboost.DMatrix(matrix, label=own.rows.truth(SPLIT.before_holdout))
    plain = xgboost.train(own._settings(given), data, int(learned.params["rounds"]))
    plain.save_model(tmp_path / "plain.ubj")
    assert (tmp_path / "plain.ubj").read_bytes() == saved[0]


def test_the_parts_of_an_average_are_logged_apart(client: mlflow.MlflowClient) -> None:
    """Boosters and a linear model have parameters of one name, so each part has a run: its library's, and its bins."""
    frame, problem = rows(REGRESSION), problem_of(REGRESSION)
    names = (Algorithm.LIGHTGBM, Algorithm.LINEAR)
    learners = in_memory.learners(
        model(REGRESSION, *names), problem, frame[frame[PERIOD].isin(SPLIT.before_holdout)], period=PERIOD
    )
    found = {name: learner.first | ({"rounds": 5} if name == "lightgbm" else {}) for name, learner in learners.items()}
    average = averages(learners, found, problem, SPLIT)["lightgbm+linear"]
    with mlflow.start_run() as run, run_log(client, run) as log:

        def fit(name: str, part: Narrowing, own: Params) -> Fitted:
            with log.fitting(name, own, alone=False):
                return part.fit(own, SPLIT.before_holdout)

        average.average.fitted(average.params, fit)
    query = f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{run.info.run_id}'"
    lightgbm, linear = sorted(client.search_runs([run.info.experiment_id], query), key=lambda each: each.info.run_name)
    assert (lightgbm.info.run_name, linear.info.run_name) == ("fit lightgbm", "fit linear")
    assert lightgbm.data.params["num_leaves"] == "15"
    assert len(client.get_metric_history(lightgbm.info.run_id, "fitted-rmse")) == 5
    assert (linear.data.params["bins"], linear.data.params["alpha"]) == ("8", "1.0")
    assert client.get_run(run.info.run_id).data.params == {}


def test_in_a_notebook_a_library_logs_inside_the_block_only(client: mlflow.MlflowClient) -> None:
    """A fit before and one after leave nothing in the run that is open."""
    data = xgboost.DMatrix(np.arange(20.0).reshape(10, 2), label=np.arange(10) % 2)

    def fitted(rounds: int) -> None:
        xgboost.train({"max_depth": 2}, data, rounds, evals=[(data, "fitted")], verbose_eval=False)

    with mlflow.start_run() as run:
        fitted(2)
        assert client.get_run(run.info.run_id).data.params == {}
        with autologging(Algorithm.XGBOOST):
            fitted(3)
        fitted(4)
    assert client.get_run(run.info.run_id).data.params["num_boost_round"] == "3"
    assert len(client.get_metric_history(run.info.run_id, "fitted-rmse")) == 3


def test_what_no_library_logs_is_logged_by_hand() -> None:
    """Spark's trees have no autologging on Spark Connect; the linear model's library never sees its bins."""
    trees, linear = {"maxIter": 20, "maxDepth": 4}, {"bins": 8, "penalty": 1.0}
    assert unlogged(Algorithm.SPARK_GBT, trees) == trees
    assert unlogged(Algorithm.LINEAR, linear) == {"bins": 8}
    assert unlogged(Algorithm.XGBOOST, {"max_depth": 4}) == {}


def test_a_trial_that_cannot_be_written_fails_the_training(client: mlflow.MlflowClient) -> None:
    """Before the version is fitted, with what MLflow said."""
    problem, declaration = problem_of(BINARY), model(BINARY, Algorithm.LINEAR)
    learners = in_memory.learners(declaration, problem, rows(BINARY), period=PERIOD)
    with mlflow.start_run() as run, run_log(client, run) as log:
        log.experiment_id = "4711"
        with pytest.raises(mlflow.MlflowException, match="No Experiment with id=4711"):
            learn(learners, problem, SPLIT, declaration.tuning, seed=1, watch=log)
