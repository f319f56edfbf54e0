"""Every metric that people name: its value as scikit-learn has it, and an interval that holds."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn import metrics

from ml.problems import figures
from ml.problems.monitor import AgainstHoldout, Answered, Figure, Floats
from ml.problems.registry import problem_of
from tests.ml.problems.made import BINARY, MULTICLASS, PROBLEMS, REGRESSION
from tests.ml.problems.monitored import LABEL, periods

TRUE = np.array([1, 1, 1, 0, 0, 0, 0, 1, 0, 0], dtype=float)
CHOSEN = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], dtype=float)


def _binary(truth: npt.ArrayLike, chances: npt.ArrayLike) -> Answered:
    answers = pd.DataFrame({"probability": np.asarray(chances, dtype=float)})
    return Answered(truth=np.asarray(truth, dtype=float), answers=answers, groups=pd.DataFrame(index=answers.index))


def _figure(problem: object, name: str) -> Callable[[Answered], Figure]:
    found = next(each for each in problem_of(problem).monitors() if each.name == name)  # type: ignore[arg-type]
    assert isinstance(found, AgainstHoldout)
    return found.figure


@pytest.mark.parametrize(
    ("name", "value"), [("accuracy", 0.8), ("precision", 0.75), ("recall", 0.75), ("f1", 0.75), ("brier_score", 0.1)]
)
def test_ten_rows_by_hand(name: str, value: float) -> None:
    """Of 4 that came true 3 are chosen, and 1 other: 8 of 10 are right. Squared distances are 0 for those and 1/2 for
    the two others.
    """
    chances = np.where(CHOSEN == TRUE, TRUE, np.where(CHOSEN == 1, 0.5**0.5, 1 - 0.5**0.5))
    assert _figure(BINARY, name)(_binary(TRUE, chances)).value == pytest.approx(value)


def test_the_interval_of_a_share_is_wilsons() -> None:
    """8 of 10: 0.490 to 0.943; none of 10: 0 to 0.278 (Wilson 1927, to three digits)."""
    assert figures.share(np.array([1.0] * 8 + [0.0] * 2)).interval == pytest.approx((0.490, 0.943), abs=5e-4)
    assert figures.share(np.zeros(10)).interval == pytest.approx((0.0, 0.278), abs=5e-4)


def test_the_interval_of_f1_is_that_of_the_rows_that_are_either() -> None:
    """3 of 5 rows that are chosen or true are both: 0.231 to 0.882, and 2 J / (1 + J) of these."""
    found = figures.f1(CHOSEN, TRUE)
    assert found.interval == pytest.approx((2 * 0.231 / 1.231, 2 * 0.882 / 1.882), abs=1e-3)


def test_nothing_chosen_has_no_precision_and_a_recall_of_none() -> None:
    """0 of 0 is no number."""
    rows = _binary(TRUE, np.full(10, 0.1))
    assert np.isnan(_figure(BINARY, "precision")(rows).value)
    assert _figure(BINARY, "recall")(rows).value == 0.0


def _drawn(problem: object, rows: int, seed: int) -> Answered:
    frame = periods(problem, rows, seed)  # type: ignore[arg-type]
    answers = frame.drop(columns=LABEL)
    return Answered(
        truth=problem_of(problem).truth(frame[LABEL]), answers=answers, groups=pd.DataFrame(index=frame.index)
    )  # type: ignore[arg-type]


def _likeliest(rows: Answered) -> Floats:
    places = {each: place for place, each in enumerate(MULTICLASS.classes)}
    return np.asarray(rows.answers["prediction"].map(places), dtype=float)


def test_values_are_those_of_scikit_learn() -> None:
    """On 700 rows of each problem."""
    yes, of_many, much = (_drawn(problem, 700, seed=3) for problem in (BINARY, MULTICLASS, REGRESSION))
    chances = of_many.answers[[f"probability_{each}" for each in MULTICLASS.classes]].to_numpy()
    predicted = much.answers["prediction"]
    wanted = {
        (BINARY, "average_precision"): metrics.average_precision_score(yes.truth, yes.answers["probability"]),
        (BINARY, "log_loss"): metrics.log_loss(yes.truth, yes.answers["probability"]),
        (MULTICLASS, "macro_precision"): metrics.precision_score(
            of_many.truth, _likeliest(of_many), average="macro", zero_division=0
        ),
        (MULTICLASS, "macro_recall"): metrics.recall_score(of_many.truth, _likeliest(of_many), average="macro"),
        (MULTICLASS, "macro_f1"): metrics.f1_score(of_many.truth, _likeliest(of_many), average="macro"),
        (MULTICLASS, "macro_roc_auc"): metrics.roc_auc_score(of_many.truth, chances, multi_class="ovr"),
        (REGRESSION, "root_mean_squared_error"): metrics.root_mean_squared_error(much.truth, predicted),
        (REGRESSION, "median_absolute_error"): metrics.median_absolute_error(much.truth, predicted),
        (REGRESSION, "r2"): metrics.r2_score(much.truth, predicted),
    }
    rows = {BINARY.name: yes, MULTICLASS.name: of_many, REGRESSION.name: much}
    got = {(problem, name): _figure(problem, name)(rows[problem.name]).value for problem, name in wanted}
    assert got == pytest.approx(wanted)


@pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)
def test_intervals_hold_what_they_promise(declared: object) -> None:
    """Of 300 periods of 400 rows, 95 % of the intervals hold the value of 60,000 rows, to what 300 can tell."""
    named = [each for each in problem_of(declared).monitors() if isinstance(each, AgainstHoldout)]  # type: ignore[arg-type]
    truth = {each.name: each.figure(_drawn(declared, 60_000, seed=1)).value for each in named}
    held = dict.fromkeys(truth, 0)
    for seed in range(10, 310):
        rows = _drawn(declared, 400, seed)
        for each in named:
            lower, upper = each.figure(rows).interval
            held[each.name] += lower <= truth[each.name] <= upper
    fewest = 300 * 0.95 - 3 * (300 * 0.95 * 0.05) ** 0.5
    assert {name: count for name, count in held.items() if count < fewest} == {}
