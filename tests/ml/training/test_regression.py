"""A regression on real patients, through the code that the training task runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

from ml.declarations import Algorithm, Feature, Model, Tuning
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems import made
from tests.ml.problems.made import PERIOD, PERIODS, REGRESSION, SPLIT

ALGORITHMS = (Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR)


def _model(names: list[str]) -> Model:
    base = made.model(REGRESSION, *ALGORITHMS)
    features = tuple(Feature(name=name, expression=name, type="double", comment=name) for name in names)
    table = replace(base.feature_table, features=features)
    return replace(base, feature_table=table, features=tuple(names), tuning=Tuning(trials=3))


def _trained() -> tuple[Model, Learned, pd.DataFrame]:
    bunch = load_diabetes(as_frame=True, scaled=False)
    frame = bunch.data.assign(
        truth=bunch.target, patient=range(len(bunch.data)), **{PERIOD: np.resize(PERIODS, len(bunch.data))}
    )
    frame["asked"] = frame[PERIOD]
    model = _model(list(bunch.data.columns))
    problem, before = problem_of(model.problem), frame[frame[PERIOD] != PERIODS[7]]
    learners = in_memory.learners(model, problem, before, period=PERIOD)
    return model, learn(learners, problem, SPLIT, model.tuning, model.seed), frame[frame[PERIOD] == PERIODS[7]]


def test_the_diabetes_set_is_learned_to_what_is_known_of_it(tmp_path: Path) -> None:
    """442 patients: the served model explains about half of the variance, as published fits do (Efron et al. 2004).

    The bounds hold nine in ten of 110 calibration rows, so of 55 patients held out at least three in four.
    """
    model, learned, holdout = _trained()
    registry.pack(learned, model, tmp_path)
    problem = problem_of(model.problem)
    answers = Scorer(tmp_path)(contract.model_input(model, holdout))
    found = problem.measure(problem.truth(holdout[model.outcome.label]), answers)
    measured = found.as_dict()
    assert measured["rows"] == 55
    assert 0.3 < measured["r2"] < 0.7
    assert 40 < measured["root_mean_squared_error"] < 65
    assert measured["coverage_error"] < 0.15
    assert "root_mean_squared_error" in found.summary()
