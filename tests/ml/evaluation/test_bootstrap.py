"""The paired bootstrap, against a plain loop and on cases whose answer is known."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import roc_auc_score

from ml.evaluation import bootstrap
from ml.evaluation.bootstrap import Matrix, auc_difference, draw_counts, weighted_auc


def test_weighted_auc_equals_sklearn_on_the_rows_drawn() -> None:
    """With ties in the scores, each resample's value is roc_auc_score over the repeated rows."""
    rng = np.random.default_rng(3)
    labels = rng.integers(2, size=200)
    scores = rng.integers(12, size=200) / 12
    counts = draw_counts(rng, 200, 20)
    expected = [roc_auc_score(np.repeat(labels, row), np.repeat(scores, row)) for row in counts.astype(int)]
    assert weighted_auc(labels, scores, counts) == pytest.approx(expected, abs=1e-12)


def test_a_resample_draws_as_many_rows_as_there_are() -> None:
    """Counts of every resample add up to the rows."""
    assert draw_counts(np.random.default_rng(0), 50, 7).sum(axis=1).tolist() == [50.0] * 7


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


def test_each_model_is_sorted_once_per_hundred_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """250 resamples of 500 rows: matrices of 100, 100 and 50, for two models. No resample is sorted by itself."""
    worked: list[tuple[int, ...]] = []

    def noted(labels: npt.NDArray[np.int64], scores: Matrix, weights: Matrix) -> Matrix:
        worked.append(weights.shape)
        return weighted_auc(labels, scores, weights)

    monkeypatch.setattr(bootstrap, "weighted_auc", noted)
    rng = np.random.default_rng(7)
    labels, ours, theirs = rng.integers(2, size=500), rng.uniform(size=500), rng.uniform(size=500)
    auc_difference(labels, ours, theirs, confidence=0.95, resamples=250, seed=1)
    assert worked == [(100, 500)] * 4 + [(50, 500)] * 2
