"""A steady year of each problem, through every monitor and the sums over its months: nothing to tell."""

from dataclasses import replace
from datetime import date

import pytest

from ml.declarations import Calendar, ProblemType
from ml.monitoring.decide import decisions
from ml.monitoring.policy import policy_of
from ml.monitoring.rules import Action
from ml.problems.finding import Verdict
from tests.ml.problems.made import PROBLEMS, model
from tests.ml.problems.monitored import expected, measured, periods

MONTHS = Calendar()


@pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)
def test_a_steady_year_is_left_alone(declared: ProblemType) -> None:
    """Twelve seeded months of 500 rows after a hold-out of 6,000: no breach, no sum over its height, no action."""
    before = expected(model(declared), periods(declared, 6000, seed=1000))
    metrics = [
        replace(found, period=MONTHS.add(date(2024, 6, 1), month))
        for month in range(12)
        for found in measured(declared, periods(declared, 500, seed=5000 + month), before)
    ]
    assert [(each.metric, each.column, each.reason) for each in metrics if each.verdict is Verdict.BREACH] == []
    made = decisions(metrics, [], policy_of(model(declared), MONTHS))
    assert [each.reason for each in made if each.action is not Action.NOTHING] == []
    assert len(made) == 12
