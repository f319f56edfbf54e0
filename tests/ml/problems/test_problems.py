"""What every problem answers, from its declaration to the answers of the model that is served."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from ml.declarations import COST, Algorithm, ProblemType
from ml.evaluation.resampling import Bootstrap
from ml.gates import compliance
from ml.gates.comparison_checks import Contest, judge
from ml.gates.leak_checks import Repeats, leak_checks
from ml.problems.registry import judging_of, problem_of
from ml.records.gate_results import Decision
from ml.training import registry
from ml.training.learn import Learned, learn
from ml.training.learners import in_memory
from ml.training.learners.average import averages
from ml.versions import contract
from ml.versions.scorer import Scorer
from tests.ml.problems.made import MULTICLASS, PERIOD, PERIODS, PROBLEMS, REGRESSION, SPLIT, model, rows
from tests.ml.problems.series import FORECASTING, forecasting_model

IN_MEMORY = (Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR)
each_problem = pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)
# A forecast's rows are those of series; `forecasting/test_learner.py` has what is asked of it from fit to gates.
DECLARED = (*PROBLEMS, FORECASTING)
each_declared = pytest.mark.parametrize("declared", DECLARED, ids=lambda problem: problem.name)


def test_every_problem_that_can_be_declared_has_its_code_and_is_tested_here() -> None:
    """For training, for the gates, and with a monitor for each metric that it names."""
    assert {type(declared) for declared in DECLARED} == set(ProblemType.__subclasses__())
    for declared in DECLARED:
        asked = forecasting_model() if declared == FORECASTING else model(declared, Algorithm.LINEAR)
        judging = judging_of(asked)
        assert judging.problem.declared == problem_of(declared).declared == declared
        assert set(judging.measured()) >= {measure.name for measure in declared.measures if measure != COST}
        assert [each.name for each in judging.problem.monitors()] == [each.name for each in declared.monitored]


@cache
def _learned(declared: ProblemType, algorithms: tuple[Algorithm, ...]) -> Learned:
    """Trained as the task trains, on the periods before the hold-out."""
    declaration, frame = model(declared, *algorithms), rows(declared)
    before = frame[frame[PERIOD].isin(SPLIT.before_holdout)]
    problem = problem_of(declared)
    learners = in_memory.learners(declaration, problem, before, period=PERIOD)
    return learn(learners, problem, SPLIT, declaration.tuning, seed=1)


def _packed(declared: ProblemType, algorithms: tuple[Algorithm, ...], into: Path) -> Path:
    registry.pack(_learned(declared, algorithms), model(declared, *algorithms), into)
    return into


def _holdout(declared: ProblemType) -> pd.DataFrame:
    frame = rows(declared)
    return frame[frame[PERIOD] == PERIODS[7]]


def _nothing_known(declared: ProblemType, like: pd.DataFrame) -> pd.DataFrame:
    """Answers of a model that knows nothing but that there are answers."""
    if declared == REGRESSION:
        return like.assign(prediction=100.0, lower=70.0, upper=130.0)
    if declared == MULTICLASS:
        return like.assign(**{f"probability_{each}": 1 / 3 for each in MULTICLASS.classes})
    return like.assign(probability=0.5)


@each_problem
@pytest.mark.parametrize("algorithm", IN_MEMORY)
def test_the_served_model_answers_what_its_problem_declares_and_learns_from_every_kind_of_feature(
    declared: ProblemType, algorithm: Algorithm, tmp_path: Path
) -> None:
    """Numbers, counts, truth values, text and dates, with nulls: better than knowing nothing, beyond chance."""
    holdout, problem = _holdout(declared), problem_of(declared)
    answers = Scorer(_packed(declared, (algorithm,), tmp_path))(contract.model_input(model(declared), holdout))
    assert list(answers) == [column.name for column in declared.output]
    truth = problem.truth(holdout["truth"])
    gained = problem.improvement(
        truth, answers, _nothing_known(declared, answers), Bootstrap(confidence=0.95, resamples=200, seed=1)
    )
    assert 0 < gained.lower < gained.difference < gained.upper


@each_problem
def test_every_declared_measure_is_taken_and_says_better_of_better_answers(
    declared: ProblemType, tmp_path: Path
) -> None:
    """Names agree; each measure of the fitted model is on the better side of answers shuffled over the rows."""
    holdout, problem = _holdout(declared), problem_of(declared)
    answers = Scorer(_packed(declared, (Algorithm.LINEAR,), tmp_path))(contract.model_input(model(declared), holdout))
    shuffled = answers.sample(frac=1, random_state=3).set_index(answers.index)
    truth = problem.truth(holdout["truth"])
    fitted, worse = problem.measure(truth, answers).as_dict(), problem.measure(truth, shuffled).as_dict()
    assert next(iter(fitted)) == "rows"
    for measure in declared.measures:
        if measure != COST:  # It needs declared costs; the comparison gate has its test.
            assert measure.gain(fitted[measure.name] - worse[measure.name]) > 0, measure


@each_declared
def test_answers_for_no_rows_or_without_a_number_are_not_measured(declared: ProblemType) -> None:
    """ValueError, so that no gate passes on them."""
    problem = problem_of(declared)
    columns = {column.name: [np.nan] for column in declared.output}
    label = pd.Series([{REGRESSION: 1.0, MULTICLASS: "low"}.get(declared, 1)])
    with pytest.raises(ValueError, match="NaN"):
        problem.measure(problem.truth(label), pd.DataFrame(columns))
    with pytest.raises(ValueError, match="no rows"):
        problem.measure(problem.truth(label[:0]), pd.DataFrame(columns).iloc[:0].astype(float))


@each_declared
def test_labels_that_the_problem_does_not_know_are_refused(declared: ProblemType) -> None:
    """Before anything is fitted."""
    unknown = {MULTICLASS: "highest", REGRESSION: np.inf, FORECASTING: np.inf}.get(declared, 2)
    with pytest.raises(ValueError, match="labels"):
        problem_of(declared).truth(pd.Series([unknown]))


@each_problem
def test_the_search_takes_the_best_of_the_algorithms_or_their_average(declared: ProblemType, tmp_path: Path) -> None:
    """Three searches and four averages, the smallest loss wins; what is packed is what was chosen."""
    learned = _learned(declared, IN_MEMORY)
    losses = {name: found.best.loss for name, found in learned.searches.items()}
    averaged = {"xgboost+lightgbm", "xgboost+linear", "lightgbm+linear", "xgboost+lightgbm+linear"}
    assert set(losses) == {*map(str, IN_MEMORY), *averaged}
    assert losses[learned.chosen] == min(losses.values())
    assert learned.trials == 7
    packed = {file.name for file in _packed(declared, IN_MEMORY, tmp_path).iterdir()} - {"model.json"}
    files = {"xgboost": "booster.ubj", "lightgbm": "booster.txt", "linear": "linear.json"}
    assert packed == {files[name] for name in learned.chosen.split("+")}


def test_the_average_is_served_as_the_mean_of_its_parts(tmp_path: Path) -> None:
    """A regression's prediction is the mean of what the three fits say, each with its own parameters."""
    problem, learned = problem_of(REGRESSION), _learned(REGRESSION, IN_MEMORY)
    declaration = model(REGRESSION, *IN_MEMORY)
    learners = in_memory.learners(declaration, problem, rows(REGRESSION), period=PERIOD)
    found = {name: learned.searches[name].best.fitting for name in learners}
    three = averages(learners, found, problem, SPLIT)["xgboost+lightgbm+linear"]
    registry.pack(replace(learned, fitted=three.average.fit(three.params, SPLIT.before_holdout)), declaration, tmp_path)
    served = Scorer(tmp_path)(contract.model_input(declaration, _holdout(REGRESSION)))["prediction"]
    singly = [each.fit(found[name], SPLIT.before_holdout).scores(SPLIT.holdout).raw for name, each in learners.items()]
    assert np.std(singly, axis=0).mean() > 0.1
    assert served.to_numpy() == pytest.approx(np.mean(singly, axis=0), abs=1e-4)


@each_problem
def test_equal_inputs_make_equal_models(declared: ProblemType, tmp_path: Path) -> None:
    """Trained twice, from rows in another order: the same answers to the last digit."""
    declaration, frame = model(declared, *IN_MEMORY), rows(declared)
    problem, given = problem_of(declared), contract.model_input(declaration, _holdout(declared))
    shuffled = frame[frame[PERIOD].isin(SPLIT.before_holdout)].sample(frac=1, random_state=5)
    again = learn(
        in_memory.learners(declaration, problem, shuffled, period=PERIOD), problem, SPLIT, declaration.tuning, seed=1
    )
    registry.pack(again, declaration, tmp_path)
    (tmp_path / "first").mkdir()
    first = Scorer(_packed(declared, IN_MEMORY, tmp_path / "first"))(given)
    pd.testing.assert_frame_equal(Scorer(tmp_path)(given), first, check_exact=True)


@each_problem
def test_a_model_as_mlflow_loads_it_answers_its_signature(declared: ProblemType, tmp_path: Path) -> None:
    """The logged model takes the types of its features, nulls of text too, and gives the declared columns."""
    declaration, holdout = model(declared, *IN_MEMORY), _holdout(declared)
    packed = tmp_path / "packed"
    packed.mkdir()
    _packed(declared, IN_MEMORY, packed)
    example = contract.input_example(declaration, holdout)
    registry.save_raw_model(packed, declaration, example, tmp_path / "raw")
    loaded = mlflow.pyfunc.load_model(str(tmp_path / "raw"))
    given = contract.model_input(declaration, holdout)
    assert loaded.metadata.signature.outputs.input_names() == [column.name for column in declared.output]
    pd.testing.assert_frame_equal(loaded.predict(given), Scorer(packed)(given))
    # Spark hands dates over as Python's.
    assert len(loaded.predict(given.assign(since=holdout["since"]))) == len(holdout)


def test_a_category_and_a_null_that_were_never_seen_are_answered(tmp_path: Path) -> None:
    """A ward that did not exist in training has no column; it is no error, as a null ward is none."""
    scorer = Scorer(_packed(REGRESSION, IN_MEMORY, tmp_path))
    (row,) = contract.model_input(model(REGRESSION), _holdout(REGRESSION))[:1].to_dict("records")
    asked = pd.DataFrame([{**row, "ward": ward} for ward in ("east", "west", "south", None)])
    east, west, new, null = scorer(asked)["prediction"]
    assert east < west
    assert min(east, west) < min(new, null)
    with pytest.raises(ValueError, match=r"features \['visits'\] contain nulls"):
        scorer(asked.assign(visits=[1, None, 2, 3]))


@each_problem
def test_the_gates_judge_a_trained_version(declared: ProblemType, tmp_path: Path) -> None:
    """As MLflow loads it, on rows that it has not seen: no leak, like groups, and better than what knows nothing."""
    declaration, holdout = model(declared, *IN_MEMORY), _holdout(declared).reset_index(drop=True)
    packed = tmp_path / "packed"
    packed.mkdir()
    example = contract.input_example(declaration, holdout)
    registry.save_raw_model(_packed(declared, IN_MEMORY, packed), declaration, example, tmp_path / "raw")
    scored = compliance.answered(declaration, mlflow.pyfunc.load_model(str(tmp_path / "raw")), holdout)
    repeated = Repeats(holdout_rows=len(holdout), same_key=0, same_features=0)
    signs = compliance.signs(scored, declaration.features, repeated, seed=1)
    leaks = leak_checks(signs, declaration.gates.compliance.leaks)
    assert [check.text for check in leaks if not check.passed] == []
    assert set(signs.shares) == set(signs.alone) == set(declaration.features)
    assert sum(signs.shares.values()) == pytest.approx(1.0)
    (groups,) = compliance.by_group(scored, ["smoker"])
    assert groups.attribute == "smoker"
    assert groups.checks
    contest = Contest(
        version=2,
        truth=scored.truth,
        challenger=scored.output,
        champion_version=1,
        champion=_nothing_known(declared, scored.output),
    )
    gate = replace(
        declaration.gates.comparison, min_holdout_rows=100, measures=declaration.gates.comparison.measures[:1]
    )
    assert judge(contest, gate, scored.judging, seed=1).decision is Decision.PASS


def test_a_regression_that_cannot_show_its_coverage_is_refused() -> None:
    """99 % of values with 50 calibration rows: too few to see where the last percent lies."""
    problem = problem_of(replace(REGRESSION, coverage=0.99))
    errors = np.arange(50.0)
    with pytest.raises(ValueError, match="50 calibration rows cannot show where 99% of values lie"):
        problem.calibrate(errors, np.zeros(50))
    assert problem.calibrate(np.arange(100.0), np.zeros(100)).description["half_width"] == 99.0


def test_numbers_asked_as_a_matrix_are_answered_as_in_a_table(tmp_path: Path) -> None:
    """The scoring server's short way: the same answers, and the same refusal of a null."""
    whole = model(REGRESSION, *IN_MEMORY)
    plain = replace(whole, features=("weight", "visits", "smoker"))
    before = rows(REGRESSION).query(f"{PERIOD} != @PERIODS[7]")
    problem = problem_of(REGRESSION)
    learners = in_memory.learners(plain, problem, before, period=PERIOD)
    registry.pack(learn(learners, problem, SPLIT, plain.tuning, seed=1), plain, tmp_path)
    scorer, asked = Scorer(tmp_path), contract.model_input(plain, _holdout(REGRESSION))
    matrix = asked.astype(float).to_numpy()
    pd.testing.assert_frame_equal(pd.DataFrame(scorer.numbers(matrix), index=asked.index), scorer(asked))
    matrix[0, 1] = np.nan
    with pytest.raises(ValueError, match=r"features \['visits'\] contain nulls"):
        scorer.numbers(matrix)
