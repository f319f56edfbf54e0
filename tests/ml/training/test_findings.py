"""What a training finds out about its model: intervals, importance, and what protected columns would have added."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from ml.declarations import Algorithm, Model, ProblemType
from ml.evaluation.resampling import Estimate, Interval
from ml.examples.dataset import PERIOD
from ml.problems.learning import Narrowing
from ml.problems.registry import problem_of
from ml.training import importance, intervals, protected
from ml.training.gain import scored
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.training.learners.average import Average
from ml.versions.gains import Gain
from tests.ml.problems.made import BINARY, MULTICLASS, PROBLEMS, REGRESSION, SPLIT, model, rows

each_problem = pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)


@cache
def _learned(declared: ProblemType, *algorithms: Algorithm, leaving: str = "") -> tuple[Model, Learned, pd.DataFrame]:
    """A model without the feature `leaving`, which is protected then; what it learned, and the rows it may use."""
    declaration = model(declared, *(algorithms or (Algorithm.XGBOOST,)))
    names = tuple(name for name in declaration.features if name != leaving)
    declaration = replace(declaration, features=names, fairness_groups=(leaving,) if leaving else ())
    frame = rows(declared)
    frame = frame[frame[PERIOD].isin(SPLIT.before_holdout)].assign(known=date(2024, 8, 1))
    learners = in_memory.learners(declaration, problem_of(declared), frame, period=PERIOD)
    return declaration, learn(learners, problem_of(declared), SPLIT, declaration.tuning, seed=1), frame


@each_problem
def test_every_measure_of_the_problem_gets_an_interval_around_its_value(declared: ProblemType) -> None:
    """The value is the problem's own; the description's line names each with half its width."""
    declaration, learned, _ = _learned(declared)
    frame = rows(declared)
    holdout, problem = frame[frame[PERIOD].isin(SPLIT.holdout)], problem_of(declared)
    truth, answers = problem.truth(holdout["truth"]), scored(declaration, learned, holdout)
    found, measured = intervals.intervals(declaration, truth, answers), problem.measure(truth, answers).as_dict()
    expected = {measure.name for measure in declared.measures if measure.name in measured}
    assert set(found) == expected
    for name, each in found.items():
        assert each.value == pytest.approx(measured[name])
        assert each.lower <= each.value <= each.upper
        assert each.upper - each.lower > 0
    said = intervals.in_words(declaration, found)
    assert said.startswith(f"{declared.measures[0].title} {measured[declared.measures[0].name]:.4f} +- ")
    assert said.endswith("(95% intervals)")


def test_an_interval_that_could_not_be_measured_is_unknown_in_words_and_no_metric() -> None:
    """Other values are logged with both ends."""
    whole = Estimate(value=0.8, lower=0.75, upper=0.83, confidence=0.95)
    broken = Estimate(value=0.4, lower=np.nan, upper=np.nan, confidence=0.95)
    found = {"roc_auc": whole, "log_loss": broken}
    assert intervals.as_metrics(found) == {"roc_auc_lower": 0.75, "roc_auc_upper": 0.83}
    said = "ROC AUC 0.8000 +- 0.0400, log loss 0.4000 +- unknown (95% intervals)"
    assert intervals.in_words(model(BINARY), found) == said


@each_problem
def test_what_drives_the_outcome_is_important_and_noise_is_not(declared: ProblemType) -> None:
    """Weight and ward drive it, visits do not; shares of all, the largest first, from rows that were not fitted."""
    found = importance.importance(*_learned(declared)[:2], SPLIT, _learned(declared)[2])
    assert set(list(found)[:2]) == {"ward", "weight"}
    assert found["visits"] < 0.1
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert sum(found.values()) == pytest.approx(1)


def test_importance_never_sees_the_holdout_nor_a_row_that_was_fitted() -> None:
    """It is the same with any other hold-out, and other if the newest calibration period is."""
    declaration, learned, frame = _learned(BINARY)
    usual = importance.importance(declaration, learned, SPLIT, frame)
    unknown = frame.assign(truth=frame["truth"].where(frame[PERIOD] == SPLIT.calibration[-1], 1 - frame["truth"]))
    assert importance.importance(declaration, learned, SPLIT, unknown) == usual
    turned = frame.assign(truth=1 - frame["truth"])
    assert importance.importance(declaration, learned, SPLIT, turned) != usual
    newest, others = [SPLIT.calibration[-1]], [*SPLIT.train, *SPLIT.tuning, *SPLIT.calibration[:-1]]
    again = learned.learner.fit(learned.params, others)
    assert learned.held_back.scores(newest).raw.tolist() == again.scores(newest).raw.tolist()


def test_importance_is_a_table_and_a_picture_of_the_run(tmp_path: Path) -> None:
    """The table reads back; the picture is a PNG."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'runs.db'}")
    try:
        made = mlflow.create_experiment("made", artifact_location=(tmp_path / "a").as_uri())
        with mlflow.start_run(experiment_id=made) as run:
            importance.log_importance({"weight": 0.75, "ward": 0.25})
        table = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/importance.json")
        picture = mlflow.artifacts.download_artifacts(f"{run.info.artifact_uri}/importance.png")
    finally:
        mlflow.set_tracking_uri(None)
    assert table == {"columns": ["feature", "share"], "data": [["weight", 0.75], ["ward", 0.25]]}
    assert Path(picture).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("algorithm", [Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR])
def test_a_protected_column_that_drives_the_outcome_would_add_beyond_chance(algorithm: Algorithm) -> None:
    """The ward does; the fit that shows it changes nothing of the version."""
    declaration, learned, frame = _learned(REGRESSION, algorithm, leaving="ward")
    before = learned.fitted.scores(SPLIT.tuning).raw.tolist()
    (found,) = protected.additions(declaration, problem_of(REGRESSION), learned, SPLIT, frame)
    assert (found.source, found.measure) == ("ward", "root_mean_squared_error")
    assert 0 < found.interval.lower < found.interval.difference < found.interval.upper
    assert learned.fitted.scores(SPLIT.tuning).raw.tolist() == before


def test_a_protected_column_that_says_nothing_would_add_nothing() -> None:
    """The number of visits is noise: its interval reaches below zero."""
    declaration, learned, frame = _learned(MULTICLASS, leaving="visits")
    (found,) = protected.additions(declaration, problem_of(MULTICLASS), learned, SPLIT, frame)
    assert found.interval.lower < 0


def test_an_average_takes_a_protected_column_in_each_of_its_parts() -> None:
    """Whatever the search chose can be asked."""
    algorithms = (Algorithm.LIGHTGBM, Algorithm.LINEAR)
    declaration, learned, frame = _learned(REGRESSION, *algorithms, leaving="ward")
    learners = in_memory.learners(declaration, problem_of(REGRESSION), frame, period=PERIOD)
    params = {"lightgbm.rounds": 40, "lightgbm.learning_rate": 0.1, "linear.bins": 4, "linear.penalty": 1.0}
    average = Average(parts={name: each for name, each in learners.items() if isinstance(each, Narrowing)})
    chosen = replace(learned, learner=average, params=params)
    (found,) = protected.additions(declaration, problem_of(REGRESSION), chosen, SPLIT, frame)
    assert found.interval.lower > 0


def test_what_is_said_of_protected_columns() -> None:
    """Gain and interval; that there is none; or that the learner cannot tell."""
    interval = Interval(difference=0.0012, lower=-0.003, upper=0.0054, confidence=0.95, resamples=500)
    groups = replace(model(BINARY), features=("weight",), fairness_groups=("ward",))
    assert protected.in_words(groups, [Gain(source="ward", measure="roc_auc", interval=interval)]) == [
        "ward, which the model does not use, would improve roc_auc on the tuning periods by +0.0012, "
        "95% interval -0.0030..+0.0054"
    ]
    assert protected.in_words(groups, []) == ["what ward would add is not known: the learner accepts no further column"]
    taken = replace(groups, features=("weight", "ward"))
    assert protected.in_words(taken, []) == ["the model leaves out no protected column, so there is nothing to measure"]
