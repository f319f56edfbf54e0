"""Run by the runtime's own Python, with the wheel installed: imports all of it; fits, logs and loads one model."""

import importlib
import pkgutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

import ml
from ml.declarations import Algorithm, Tuning
from ml.examples.dataset import Pinned
from ml.examples.split import Split
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.feature_spec import Source
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.usecases import use_case
from ml.versions import artifact, contract
from ml.versions.scorer import Scorer

ROWS_PER_PERIOD = 200
# What the extra `forecasting` of the wheel brings, which no runtime has; and PyTorch, which those for machine learning
# have: at 5 GB it is left out of the check's environment.
OF_AN_EXTRA = {"statsforecast", "mlforecast", "torch"}
PERIODS = tuple(pd.date_range("2024-01-01", periods=8, freq="MS").date)


def import_all() -> int:
    """Import every module of the wheel but those of an extra; how many there are."""
    names = [module.name for module in pkgutil.walk_packages(ml.__path__, "ml.")]
    return sum(_imported(name) for name in names)


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in OF_AN_EXTRA:
            raise
        return False
    return True


def examples(features: tuple[str, ...], label: str) -> pd.DataFrame:
    """Made-up rows: the features, `label`, which follows the first of them, and `period`, each with as many rows."""
    random = np.random.default_rng(7)
    rows = len(PERIODS) * ROWS_PER_PERIOD
    frame = pd.DataFrame({name: random.integers(0, 50, size=rows) for name in features})
    odds = 1 / (1 + np.exp((25 - frame[features[0]]) / 5))
    return frame.assign(
        **{label: (random.random(rows) < odds).astype(int), "period": np.repeat(PERIODS, ROWS_PER_PERIOD)}
    )


def fit_log_load(folder: Path) -> float:
    """Fit the use case's model on made-up rows, log it, load it with MLflow: how well the loaded one ranks (ROC AUC).

    Raises AssertionError if it ranks no better than chance, or its answers are not what was fitted.
    """
    # Every library that a model may be fitted with.
    model = replace(use_case("credit").models[0], algorithms=(Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR))
    label = model.outcome.label
    frame = examples(model.features, label)
    frame = frame.assign(**{model.outcome.key: range(len(frame)), model.outcome.event_time: frame["period"]})
    problem = problem_of(model.problem)
    learners = in_memory.learners(model, problem, frame, period="period")
    split = Split(train=PERIODS[:4], tuning=PERIODS[4:5], calibration=PERIODS[5:7], holdout=PERIODS[7:])
    learned = learn(learners, problem, split, Tuning(trials=1), seed=1)
    pinned = Pinned(
        catalog="prod",
        features="prod.credit_gold.client_features",
        features_version=1,
        outcomes="prod.credit_gold.outcomes",
        outcomes_version=1,
        cut_off=PERIODS[7],
    )
    rows = frame[frame["period"] == PERIODS[7]]
    packed = folder / "packed"
    packed.mkdir()
    registry.pack(learned, model, packed)
    mlflow.set_tracking_uri((folder / "runs").as_uri())
    with mlflow.start_run():
        source = Source(table=pinned.features, table_id="made-up", workspace_id=1)
        uri, _ = registry.log_model(packed, model, pinned, contract.input_example(model, rows), source)
    answer = (
        load(uri, folder / "fetched").predict(contract.model_input(model, rows.fillna(0.0)))["probability"].to_numpy()
    )
    here = Scorer(packed)(contract.model_input(model, rows))["probability"].to_numpy()
    assert np.allclose(answer, here, atol=1e-6), "it answers something else"
    return ranks(rows[label].to_numpy(), answer)


def load(uri: str, into: Path) -> "mlflow.pyfunc.PyFuncModel":
    """The model as gates and scoring load it."""
    into.mkdir()
    return artifact.load(artifact.fetch(uri, into))


def ranks(labels: np.ndarray, answer: np.ndarray) -> float:
    """ROC AUC. Raises AssertionError below 0.75: the label was made to follow a feature."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - beside its one use

    found = float(roc_auc_score(labels, answer))
    assert found > 0.75, f"ROC AUC is {found:.3f}"
    return found


if __name__ == "__main__":
    assert "site-packages" in ml.__file__, f"{ml.__file__} is not the installed wheel"
    print(f"imported {import_all()} modules of the wheel with Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as made:
        print(f"MLflow {mlflow.__version__}: fitted, logged and loaded a model, ROC AUC {fit_log_load(Path(made)):.3f}")
