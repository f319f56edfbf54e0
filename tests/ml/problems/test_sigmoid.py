"""Sigmoid calibration."""

import numpy as np
import pytest
from scipy.special import expit

from ml.evaluation.metrics import expected_calibration_error, roc_auc
from ml.problems.classification.sigmoid import fit_sigmoid


def test_an_overconfident_model_is_set_right_and_keeps_its_ranking() -> None:
    """Log-odds three times too large, shifted by one: the fit finds 1/3 and -1/3, and ROC AUC stays."""
    rng = np.random.default_rng(2)
    truth = rng.normal(size=200_000)
    labels = rng.uniform(size=truth.size) < expit(truth)
    overconfident = 3 * truth + 1
    sigmoid = fit_sigmoid(labels, overconfident)
    assert sigmoid.slope == pytest.approx(1 / 3, abs=0.01)
    assert sigmoid.intercept == pytest.approx(-1 / 3, abs=0.02)
    probabilities = expit(sigmoid.slope * overconfident + sigmoid.intercept)
    assert expected_calibration_error(labels, expit(overconfident)) > 0.1
    assert expected_calibration_error(labels, probabilities) < 0.01
    assert roc_auc(labels, probabilities) == roc_auc(labels, expit(truth))


def test_one_class_cannot_calibrate() -> None:
    """The message says what to change."""
    with pytest.raises(ValueError, match="the 3 calibration rows have only one class: raise calibration_ratio"):
        fit_sigmoid([1, 1, 1], [0.1, 0.2, 0.3])


def test_a_model_that_ranks_backwards_is_refused() -> None:
    """Calibration must not quietly turn a useless model around."""
    with pytest.raises(ValueError, match="ranks the calibration rows backwards"):
        fit_sigmoid([1, 1, 0, 0, 1, 0], [-2.0, -1.0, 1.0, 2.0, 0.1, 0.0])
