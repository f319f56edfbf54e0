"""Gates on small data that is public: 442 patients with diabetes (Efron et al. 2004), as scikit-learn carries them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from ml.declarations import ComparisonGate, MeasureRule, Regression, TrainingCause
from ml.gates.comparison_checks import Contest, judge
from ml.gates.verdict import Verdict
from ml.problems.registry import problem_of
from ml.problems.regression.judging import RegressionJudging
from ml.records.gate_results import Decision
from tests.ml.problems.made import gates

PROGRESSION = Regression(unit="points")
FEATURES, TRUTH = load_diabetes(return_X_y=True)
HELD = slice(309, 442)
RMSE, MAE, R2 = PROGRESSION.measures
GATE = ComparisonGate(
    measures=(MeasureRule(measure=RMSE, margin=1.0, limit=65.0), MeasureRule(measure=MAE, margin=1.0)),
    must_improve={TrainingCause.MANUAL: RMSE},
    min_holdout_rows=100,
)
_PROBLEM = problem_of(PROGRESSION)
JUDGING = RegressionJudging(problem=_PROBLEM, gate=gates(PROGRESSION).compliance)  # type: ignore[arg-type]


def _answers(columns: list[int], rows: np.ndarray) -> pd.DataFrame:
    """A linear model of some columns, fitted on `rows` of those before the hold-out, on the hold-out."""
    fitted = LinearRegression().fit(FEATURES[rows][:, columns], TRUTH[rows])
    said = fitted.predict(FEATURES[HELD][:, columns])
    return pd.DataFrame({"prediction": said, "lower": said - 90, "upper": said + 90})


EVERYTHING, BEFORE = list(range(10)), np.arange(309)


def _judge(
    ours: pd.DataFrame, theirs: pd.DataFrame | None, cause: TrainingCause, gate: ComparisonGate = GATE
) -> Verdict:
    contest = Contest(
        version=2,
        truth=TRUTH[HELD],
        challenger=ours,
        champion=theirs,
        champion_version=None if theirs is None else 1,
        cause=cause,
    )
    return judge(contest, gate, JUDGING, seed=1)


def test_with_the_usual_number_of_rows_nothing_is_said() -> None:
    """133 rows are held out and 500 are asked for: unknown, with the number."""
    verdict = _judge(_answers(EVERYTHING, BEFORE), None, TrainingCause.MANUAL, replace(GATE, min_holdout_rows=500))
    assert verdict.decision is Decision.UNKNOWN
    assert "hold-out rows 133 is under the limit 500: too few to decide" in verdict.reason


def test_a_limit_within_the_interval_cannot_be_told() -> None:
    """The error is uncertain by several points: a limit that near is neither reached nor broken."""
    answers = _answers(EVERYTHING, BEFORE)
    value = _PROBLEM.measure(TRUTH[HELD], answers).as_dict()[RMSE.name]
    tight = replace(GATE, measures=(MeasureRule(measure=RMSE, margin=1.0, limit=value - 2),))
    verdict = _judge(answers, None, TrainingCause.MANUAL, tight)
    assert verdict.decision is Decision.UNKNOWN
    estimates = verdict.inputs["estimates"]
    assert isinstance(estimates, dict)
    assert estimates[RMSE.name]["upper"] - estimates[RMSE.name]["lower"] > 8


def test_a_difference_that_is_large_shows_even_here() -> None:
    """All ten features against age and sex alone."""
    verdict = _judge(_answers(EVERYTHING, BEFORE), _answers([0, 1], BEFORE), TrainingCause.MANUAL)
    assert verdict.decision is Decision.PASS
    assert "root mean squared error differs from champion version 1 by -" in verdict.reason
    assert " points, 95% interval -" in verdict.reason


def test_an_equally_good_model_is_not_released_by_luck() -> None:
    """Refitted on 40 random halves: none is better by more than chance; as a renewal most cannot be told from worse."""
    rng, champion = np.random.default_rng(2), _answers(EVERYTHING, BEFORE)
    halves = [_answers(EVERYTHING, rng.choice(BEFORE, 155, replace=False)) for _ in range(40)]
    ideas = [_judge(half, champion, TrainingCause.MANUAL).decision for half in halves]
    assert Decision.PASS not in ideas
    renewals = [_judge(half, champion, TrainingCause.SCHEDULE) for half in halves]
    unsure = [verdict for verdict in renewals if verdict.decision is Decision.UNKNOWN]
    assert len(unsure) > 20
    assert all("too few rows to decide whether it is worse" in verdict.reason for verdict in unsure)


@pytest.mark.parametrize("cause", [TrainingCause.MANUAL, TrainingCause.SCHEDULE])
def test_the_reason_says_what_so_few_rows_can_show(cause: TrainingCause) -> None:
    """An improvement of some points, which no renewal is."""
    half = _answers(EVERYTHING, np.arange(0, 309, 2))
    verdict = _judge(half, _answers(EVERYTHING, BEFORE), cause)
    power = verdict.inputs["power"]
    assert isinstance(power, dict)
    assert power[RMSE.name]["shows_improvement_from"] > 1.0
    assert power[RMSE.name]["equal_passes"] < 0.5
