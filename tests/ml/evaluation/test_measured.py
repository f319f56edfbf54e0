"""Measures on weighed rows, against their plain definitions on the rows repeated."""

import math

import numpy as np
import pytest
from sklearn import metrics

from ml.evaluation.measured import MEASURED, cost
from ml.evaluation.metrics import expected_calibration_error
from ml.evaluation.resampling import draw_counts

RNG = np.random.default_rng(3)
LABELS = RNG.integers(2, size=200).astype(float)
# Twelve different scores, so that many are equal.
SCORES = RNG.integers(1, 13, size=200) / 13
AMOUNTS = RNG.normal(5, 2, size=200)
WEIGHTS = draw_counts(RNG, 200, 20)
REPEATED = WEIGHTS.astype(int)


@pytest.mark.parametrize(
    ("name", "truth", "plain"),
    [
        ("roc_auc", LABELS, metrics.roc_auc_score),
        ("log_loss", LABELS, metrics.log_loss),
        ("brier_score", LABELS, metrics.brier_score_loss),
        ("mean_absolute_error", AMOUNTS, metrics.mean_absolute_error),
        ("root_mean_squared_error", AMOUNTS, metrics.root_mean_squared_error),
        ("r2", AMOUNTS, metrics.r2_score),
    ],
)
def test_each_resample_is_the_plain_measure_of_the_rows_drawn(name: str, truth: np.ndarray, plain: object) -> None:
    """A row that is drawn twice counts twice."""
    expected = [plain(np.repeat(truth, row), np.repeat(SCORES, row)) for row in REPEATED]  # type: ignore[operator]
    assert MEASURED[name](truth, SCORES)(WEIGHTS) == pytest.approx(expected, abs=1e-12)


def test_calibration_error_of_the_rows_is_the_plain_one() -> None:
    """Each row once."""
    found = MEASURED["expected_calibration_error"](LABELS, SCORES)(np.ones((1, 200)))
    assert found[0] == pytest.approx(expected_calibration_error(LABELS, SCORES))


def test_cost_counts_both_kinds_of_wrong_decisions() -> None:
    """At 0.5: one refused good client (1), one missed default (5), two right decisions, over four rows."""
    truth, predicted = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.7, 0.2, 0.9, 0.1])
    found = cost(truth, predicted, threshold=0.5, false_positive=1, false_negative=5)(np.ones((1, 4)))
    assert found[0] == 6 / 4


def test_a_label_that_does_not_vary_has_no_r2() -> None:
    """NaN, so that a gate that reads it blocks."""
    assert math.isnan(MEASURED["r2"](np.ones(4), np.arange(4.0))(np.ones((1, 4)))[0])


def test_a_certain_and_wrong_probability_is_a_finite_loss() -> None:
    """As scikit-learn bounds it."""
    assert MEASURED["log_loss"](np.array([1.0]), np.array([0.0]))(np.ones((1, 1)))[0] == pytest.approx(36.04, abs=0.01)
