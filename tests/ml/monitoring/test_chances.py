"""The declared rate of false alarms is shared, and the parts add up to what is declared."""

from dataclasses import replace

import pytest

from ml.declarations import BinaryClassification, Limits, Monitoring, MulticlassClassification, Regression, Worse
from ml.monitoring import chances
from ml.monitoring.drift import SHIFTS

pytestmark = pytest.mark.fast
RATE = 0.001
LIMITS = Monitoring(false_alarms_per_period=RATE)


@pytest.mark.parametrize("columns", [1, 25])
def test_columns_share_the_declared_rate(columns: int) -> None:
    """A twentieth for what a period shows alone, and the sums of all columns have the rest: four fifths of it for where
    values lie.
    """
    sums = {metric: chances.of_shift(LIMITS, metric, columns) for metric in SHIFTS}
    assert chances.of_columns(LIMITS) == pytest.approx(0.00005)
    assert sums == pytest.approx({"location_shift": 0.00076 / columns, "spread_shift": 0.00019 / columns})
    assert chances.of_columns(LIMITS) + columns * sum(sums.values()) == pytest.approx(RATE)


def test_two_comparisons_share_what_a_period_shows_alone() -> None:
    """Half each with the training data and with the periods just before; sums keep theirs, so all is as declared."""
    both = replace(LIMITS, sliding_periods=3)
    sums = sum(chances.of_shift(both, metric, 25) for metric in SHIFTS)
    assert chances.of_columns(both) == pytest.approx(0.000025)
    assert 2 * chances.of_columns(both) + 25 * sums == pytest.approx(RATE)


@pytest.mark.parametrize(
    ("problem", "sums"),
    [(BinaryClassification(), 1), (MulticlassClassification(classes=("a", "b", "c")), 2), (Regression(unit="mg"), 1)],
)
def test_what_is_said_of_answers_shares_as_much(problem: object, sums: int) -> None:
    """Each metric alone, each sum and each average: together the declared rate, whatever the problem."""
    metrics = LIMITS.metrics(problem, ())  # type: ignore[arg-type]
    alone = sum(chances.of_metric(LIMITS, each, metrics) for each in metrics if each.limit)
    lasting = chances.of_sum(LIMITS, sums) + chances.of_promise(LIMITS, sums)
    assert alone + sums * lasting == pytest.approx(RATE)


def test_metrics_held_against_the_holdout_have_most_of_what_a_period_shows_alone() -> None:
    """Nine tenths for ROC AUC, the rest for two that have limits beyond chance; a metric without limit takes none."""
    metrics = LIMITS.metrics(BinaryClassification(), ())
    found = {each.name: chances.of_metric(LIMITS, each, metrics) for each in metrics if each.limit}
    alone = RATE - chances.of_sum(LIMITS, 1) - chances.of_promise(LIMITS, 1)
    assert found == pytest.approx(
        {"roc_auc": 0.9 * alone, "expected_calibration_error": 0.05 * alone, "outcome_rate": 0.05 * alone}
    )
    bounded = replace(LIMITS, limits={"brier_score": Worse(act=0.02, severe=0.05)})
    more = bounded.metrics(BinaryClassification(), ())
    assert chances.of_metric(bounded, more[0], more) == pytest.approx(0.45 * alone)


def test_metrics_of_one_kind_share_all_of_it() -> None:
    """Nothing is kept for metrics that nobody judges."""
    limits = Monitoring(without=("roc_auc",), limits={"outcome_rate": Limits(warn=0.1, act=0.2)})
    metrics = limits.metrics(BinaryClassification(), ())
    judged = [chances.of_metric(limits, each, metrics) for each in metrics if each.limit]
    alone = limits.false_alarms_per_period - chances.of_sum(limits, 1) - chances.of_promise(limits, 1)
    assert judged == pytest.approx([alone / 2] * 2)
