"""The paired bootstrap of ROC AUC, on cases whose answer is known."""

import math

import numpy as np

from ml.evaluation.bootstrap import auc_difference


def test_equal_models_differ_by_exactly_nothing() -> None:
    """Paired: the same scores twice give an interval of no width."""
    labels, scores = [0, 1] * 50, np.linspace(0, 1, 100)
    found = auc_difference(labels, scores, scores, confidence=0.95, resamples=50, seed=1)
    assert (found.difference, found.lower, found.upper) == (0.0, 0.0, 0.0)


def test_a_clearly_better_model_has_an_interval_above_zero() -> None:
    """Truth against noise on 2,000 rows."""
    rng = np.random.default_rng(5)
    risk = rng.uniform(size=2000)
    labels = rng.uniform(size=2000) < risk
    found = auc_difference(labels, risk, rng.uniform(size=2000), confidence=0.95, resamples=400, seed=1)
    assert 0.2 < found.lower < found.difference < found.upper < 0.45


def test_one_class_gives_bounds_that_are_not_numbers() -> None:
    """Nothing can be said, so NaN, which a gate fails on."""
    found = auc_difference([1] * 30, [0.3] * 30, [0.4] * 30, confidence=0.95, resamples=10, seed=1)
    assert math.isnan(found.lower)
    assert math.isnan(found.upper)
