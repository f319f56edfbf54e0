"""Measures of a classifier, against values worked out by hand."""

import math

import numpy as np
import pytest

from ml.evaluation.metrics import evaluate, expected_calibration_error, roc_auc


def test_all_measures_of_four_rows_are_those_worked_out_by_hand() -> None:
    """Two of four rows are chosen, one of them rightly; three of four pairs are ranked rightly."""
    measured = evaluate([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.9], threshold=0.5)
    assert measured.rows == 4
    assert measured.positive_ratio == 0.5
    assert measured.roc_auc == 0.75
    assert measured.accuracy == 0.5
    assert measured.precision == 0.5
    assert measured.recall == 0.5
    assert measured.brier_score == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)
    assert measured.log_loss == pytest.approx(-(math.log(0.9) + math.log(0.4)) / 2)


def test_calibration_error_weighs_each_bin_by_its_rows() -> None:
    """Two equal-count bins: 0.1 predicted against 0 seen, 0.8 predicted against 0.5 seen."""
    assert expected_calibration_error([0, 0, 1, 0], [0.1, 0.1, 0.8, 0.8], bins=2) == pytest.approx((0.1 + 0.3) / 2)


def test_calibrated_scores_have_an_error_near_zero_and_shifted_ones_show_the_shift() -> None:
    """100,000 labels drawn from their own probabilities, then the same with 0.1 added."""
    rng = np.random.default_rng(1)
    scores = rng.uniform(0.1, 0.8, 100_000)
    labels = rng.uniform(size=scores.size) < scores
    assert expected_calibration_error(labels, scores) < 0.01
    assert expected_calibration_error(labels, scores + 0.1) == pytest.approx(0.1, abs=0.01)


def test_one_class_has_no_roc_auc() -> None:
    """NaN, so that a gate that reads it fails closed."""
    assert math.isnan(roc_auc([1, 1], [0.2, 0.4]))


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([0, 1], [0.1, math.nan], "1 of 2 probabilities are NaN or outside 0..1"),
        ([0, 1], [0.1, 1.2], "1 of 2 probabilities are NaN or outside 0..1"),
        ([0, 2], [0.1, 0.2], "labels must be 0 or 1"),
        ([0, math.nan], [0.1, 0.2], "labels must be 0 or 1"),
        ([0, 1, 1], [0.1, 0.2], "two vectors of one length"),
        ([], [], "no rows to evaluate"),
    ],
)
def test_what_cannot_be_measured_is_refused(labels: list[float], probabilities: list[float], message: str) -> None:
    """No measure is computed over NaN, unknown labels or nothing."""
    with pytest.raises(ValueError, match=message):
        evaluate(labels, probabilities, threshold=0.5)
