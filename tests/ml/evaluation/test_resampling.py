"""Resamples, intervals and paired differences of any measure."""

import math

import numpy as np
import pytest

from ml.evaluation.measured import mean_of, roc_auc
from ml.evaluation.resampling import Bootstrap, Matrix, Vector, draw_counts, estimate, paired, resampled


def _drawn(resamples: int) -> Bootstrap:
    return Bootstrap(confidence=0.95, resamples=resamples, seed=1)


def test_a_resample_draws_as_many_rows_as_there_are() -> None:
    """Counts of every resample add up to the rows."""
    assert draw_counts(np.random.default_rng(0), 50, 7).sum(axis=1).tolist() == [50.0] * 7


def test_every_measure_sees_the_same_resamples_and_a_bounded_number_at_once() -> None:
    """250 resamples of 500 rows: the rows themselves, then matrices of 100, 100 and 50; two measures agree on each."""
    shapes: list[tuple[int, ...]] = []

    def noted(weights: Matrix) -> Vector:
        shapes.append(weights.shape)
        return np.asarray(weights @ np.arange(500.0))

    values = resampled({"one": noted, "two": noted}, 500, _drawn(250))
    assert shapes == [(1, 500)] * 2 + [(100, 500)] * 4 + [(50, 500)] * 2
    assert values["one"].tolist() == values["two"].tolist()
    assert values["one"][0] == 500 * 499 / 2


def test_many_rows_are_taken_fewer_at_once() -> None:
    """20,000 rows: three resamples a matrix, so that memory does not grow with the rows."""
    shapes: list[int] = []

    def noted(weights: Matrix) -> Vector:
        shapes.append(len(weights))
        return np.zeros(len(weights))

    resampled({"one": noted}, 20_000, _drawn(7))
    assert shapes == [1, 3, 3, 1]


def test_a_mean_has_the_interval_of_its_standard_error() -> None:
    """10,000 normal rows: the mean +- 1.96 standard errors, within the bootstrap's own error."""
    rows = np.random.default_rng(2).normal(3, 2, 10_000)
    found = estimate(resampled({"mean": mean_of(rows)}, rows.size, _drawn(1000))["mean"], 0.95)
    assert found.value == pytest.approx(rows.mean())
    assert (found.lower, found.upper) == pytest.approx((found.value - 0.0392, found.value + 0.0392), abs=0.003)


def test_one_sided_bounds_lie_inside_the_two_sided_interval() -> None:
    """Each leaves out 5 %, where the interval leaves out 2.5 %."""
    rng = np.random.default_rng(4)
    ours, theirs = rng.normal(size=(2, 3000))
    values = resampled({"ours": mean_of(ours), "theirs": mean_of(theirs)}, 3000, _drawn(1000))
    found = paired(values["ours"], values["theirs"], 0.95)
    inside = (found.interval.lower, found.least, found.interval.difference, found.most, found.interval.upper)
    assert list(inside) == sorted(inside)
    assert found.most - found.least == pytest.approx(2 * 1.645 * found.error, rel=0.1)
    assert found.interval.upper - found.interval.lower == pytest.approx(2 * 1.96 * found.error, rel=0.1)


def test_a_resample_that_cannot_be_measured_leaves_the_bounds_unknown() -> None:
    """One positive among ten rows is missed by some resample."""
    labels = np.array([1.0] + [0.0] * 9)
    values = resampled({"auc": roc_auc(labels, np.linspace(1, 0, 10))}, 10, _drawn(50))["auc"]
    assert values[0] == 1.0
    assert math.isnan(paired(values, values, 0.95).least)
