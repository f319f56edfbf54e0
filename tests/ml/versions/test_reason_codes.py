"""What each feature adds to a raw answer: exact for every learner and problem, and asked for or absent."""

from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from ml.declarations import Algorithm, ProblemType, Tuning
from ml.problems.learning import Fitted
from ml.problems.registry import problem_of
from ml.training import registry
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.training.learners.average import averages
from ml.versions import contract, reason_codes
from ml.versions.scorer import Scorer, expand
from tests.ml.problems.made import BINARY, PERIOD, PERIODS, PROBLEMS, REGRESSION, SPLIT, model, rows

FEATURES = ["weight", "visits", "smoker", "ward", "since"]
LEARNERS = (Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR)


def _asked(declared: ProblemType) -> pd.DataFrame:
    frame = rows(declared)
    return contract.model_input(model(declared), frame[frame[PERIOD] == PERIODS[7]])


def _learned(declared: ProblemType, *algorithms: Algorithm) -> Learned:
    """Few rounds and the parameters that each learner tries first; of several learners their average.

    The calibration is that of a linear model: reasons are given before it.
    """
    problem, frame = problem_of(declared), rows(declared)
    linear = in_memory.learners(model(declared, Algorithm.LINEAR), problem, frame, period=PERIOD)
    learners = in_memory.learners(model(declared, *algorithms), problem, frame, period=PERIOD)
    params = {name: {**each.first, "rounds": 12} for name, each in learners.items()}
    fitted: Fitted
    if len(learners) > 1:
        averaged = averages(learners, params, problem, SPLIT)["+".join(learners)]
        fitted = averaged.average.fit(averaged.params, SPLIT.before_holdout)
    else:
        ((name, learner),) = learners.items()
        fitted = learner.fit(params[name], SPLIT.before_holdout)
    return replace(learn(linear, problem, SPLIT, Tuning(trials=1), seed=1), fitted=fitted)


def _summed(answers: pd.DataFrame) -> np.ndarray:
    return np.array([sum(each["contribution"] for each in listed) for listed in answers["reasons"]])


@pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)
@pytest.mark.parametrize("algorithms", [*((each,) for each in LEARNERS), LEARNERS], ids=str)
def test_all_contributions_and_the_base_value_sum_to_the_raw_answer(
    declared: ProblemType, algorithms: tuple[Algorithm, ...], tmp_path: Path
) -> None:
    """Of each learner and of their average, with nulls, text and dates; of several classes for the likeliest."""
    learned, asked = _learned(declared, *algorithms), _asked(declared)
    registry.pack(learned, model(declared), tmp_path)
    scorer = Scorer(tmp_path, reason_codes.__file__)
    answers = scorer.with_reasons(asked, len(FEATURES))
    raw = learned.fitted.scores(SPLIT.holdout).raw
    likeliest = raw if raw.ndim == 1 else raw.max(axis=1)
    assert answers["raw_answer"].to_numpy() == pytest.approx(likeliest, abs=1e-4)
    assert (answers["base_value"] + _summed(answers)).to_numpy() == pytest.approx(answers["raw_answer"].to_numpy())
    assert {each["feature"] for each in answers["reasons"].iloc[0]} == set(FEATURES)
    pd.testing.assert_frame_equal(answers[list(scorer(asked))], scorer(asked), check_exact=True)


def test_a_linear_models_reason_is_its_weight_times_the_distance_from_the_mean(tmp_path: Path) -> None:
    """Over rows like the fitted ones every feature's mean contribution is zero, and the base value the mean answer."""
    learned = _learned(REGRESSION, Algorithm.LINEAR)
    registry.pack(learned, model(REGRESSION), tmp_path)
    frame = rows(REGRESSION)
    fitted = contract.model_input(model(REGRESSION), frame[frame[PERIOD].isin(SPLIT.before_holdout)])
    answers = Scorer(tmp_path, reason_codes.__file__).with_reasons(fitted, len(FEATURES))
    assert answers["base_value"].iloc[0] == pytest.approx(answers["raw_answer"].mean())
    pulls = pd.DataFrame([{each["feature"]: each["contribution"] for each in row} for row in answers["reasons"]])
    assert pulls.mean().to_numpy() == pytest.approx(0, abs=1e-9)
    east, west = (pulls["ward"].to_numpy()[(fitted["ward"] == ward).to_numpy()].mean() for ward in ("east", "west"))
    assert east < 0 < west


def test_the_largest_reasons_come_first_and_no_more_than_asked(tmp_path: Path) -> None:
    """Through MLflow, with `params`: two reasons of five, by size, whichever way they pull; none without asking."""
    learned, asked = _learned(BINARY, Algorithm.XGBOOST), _asked(BINARY)
    (tmp_path / "packed").mkdir()
    registry.pack(learned, model(BINARY), tmp_path / "packed")
    example = contract.input_example(model(BINARY), asked)
    registry.save_raw_model(tmp_path / "packed", model(BINARY), example, tmp_path / "raw")
    served = mlflow.pyfunc.load_model(str(tmp_path / "raw"))
    every, two = (served.predict(asked, params={"reasons": count}) for count in (99, 2))
    for all_of_them, first in zip(every["reasons"], two["reasons"], strict=True):
        sizes = [abs(each["contribution"]) for each in all_of_them]
        assert sizes == sorted(sizes, reverse=True)
        assert first == all_of_them[:2]
    assert list(served.predict(asked)) == ["probability"]
    pd.testing.assert_frame_equal(served.predict(asked), two[["probability"]], check_exact=True)
    with pytest.raises(MlflowException, match="reasons is -1: give how many, 0 for none"):
        served.predict(asked, params={"reasons": -1})


def test_what_explains_is_read_once(tmp_path: Path) -> None:
    """By the first request for reasons; the next one needs no file."""
    registry.pack(_learned(BINARY, Algorithm.LIGHTGBM), model(BINARY), tmp_path)
    scorer, asked = Scorer(tmp_path, reason_codes.__file__), _asked(BINARY)
    first = scorer.with_reasons(asked, 2)
    for file in tmp_path.iterdir():
        file.unlink()
    pd.testing.assert_frame_equal(scorer.with_reasons(asked, 2), first, check_exact=True)


def test_a_learner_that_cannot_say_why_is_refused(tmp_path: Path) -> None:
    """Spark's trees."""
    with pytest.raises(MlflowException, match="spark_gbt gives no reasons, only xgboost, lightgbm, linear do"):
        reason_codes.explainer(tmp_path, {"learners": ["spark_gbt"], "features": [], "categories": {}}, expand)
