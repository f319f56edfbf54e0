"""What chance does to a figure at its limit, on drawn hold-outs."""

import math

import numpy as np
import pytest

from ml.evaluation.metrics import expected_calibration_error
from ml.evaluation.noise import (
    Mean,
    Rate,
    allowed_calibration_error,
    bounds,
    mean_differences,
    mean_with_error,
    means_surely_apart,
    surely_apart,
)


def _refused(rows: int, off: float, draws: int = 400) -> tuple[int, int]:
    """Of `draws` hold-outs of a model that is `off` everywhere: over the limit 0.05, and over what is allowed."""
    rng, over, refused = np.random.default_rng(1), 0, 0
    for _ in range(draws):
        risk = rng.beta(2, 7, rows)
        labels = rng.uniform(size=rows) < risk
        said = np.clip(risk + off, 0, 1)
        error = expected_calibration_error(labels, said)
        over += error > 0.05
        refused += error > allowed_calibration_error(said, 0.05)
    return over, refused


def test_a_perfect_model_is_not_refused_for_the_noise_of_few_rows() -> None:
    """500 rows: 97 of 400 perfect models are over the bare limit, none is over what chance allows."""
    assert _refused(500, 0.0) == (97, 0)


def test_a_model_exactly_at_the_limit_is_refused_once_in_a_hundred() -> None:
    """500 rows, off by 0.05: 4 of 400 are meant to be."""
    assert _refused(500, 0.05)[1] <= 8


def test_a_badly_calibrated_model_is_refused_all_the_same() -> None:
    """Off by 0.12: 335 of 400 at 500 rows, always at 2,000."""
    assert _refused(500, 0.12)[1] == 335
    assert _refused(2000, 0.12, draws=50)[1] == 50


@pytest.mark.parametrize(("rate", "rows"), [(0.2, 300), (0.0, 200), (1.0, 200)])
def test_the_bounds_of_a_rate_hold_the_rate(rate: float, rows: int) -> None:
    """None of 200 may still be 3 in 100, and 200 of 200 no more than all."""
    low, high = bounds(Rate(rows=rows, rate=rate), 0.01)
    assert 0 <= low <= rate <= high <= 1
    assert high - low == pytest.approx(2 * 2.33 * math.sqrt(0.16 / 300), abs=0.09)


def test_groups_of_one_rate_are_surely_apart_less_than_once_in_a_hundred() -> None:
    """Four groups of 400, 300, 200 and 100 rows, of one rate: 1 of 1,000 hold-outs says that some differ."""
    rng, sizes = np.random.default_rng(2), (400, 300, 200, 100)
    wrong = 0
    for _ in range(1000):
        rates = [Rate(rows=rows, rate=rng.binomial(rows, 0.2) / rows) for rows in sizes]
        wrong += surely_apart(rates) > 0
    assert wrong <= 10


def test_a_true_difference_under_the_limit_seldom_seems_over_it() -> None:
    """A true 0.15 against a limit of 0.2 failed in 19-25 % of such hold-outs; a true 0.35 is still seen in most."""
    rng, sizes = np.random.default_rng(3), (400, 300, 200, 100)
    over = {0.15: 0, 0.35: 0}
    for difference in over:
        for _ in range(500):
            chances = (0.1, 0.1, 0.1, 0.1 + difference)
            drawn = [
                Rate(rows=rows, rate=rng.binomial(rows, chance) / rows)
                for rows, chance in zip(sizes, chances, strict=True)
            ]
            over[difference] += surely_apart(drawn) > 0.2
    assert over[0.15] <= 5
    assert over[0.35] >= 250


def test_one_group_cannot_be_apart() -> None:
    """NaN."""
    assert math.isnan(surely_apart([Rate(rows=100, rate=0.5)]))


def test_means_are_compared_in_pairs_each_with_its_own_noise() -> None:
    """Errors of 3 and 4 make 5 together; 1.96 of them at a chance of 0.05, 2.39 if three pairs share it."""
    near, far, sure = Mean(value=10.0, error=3.0), Mean(value=0.0, error=4.0), Mean(value=20.0, error=0.0)
    assert mean_differences([near, far], 0.05) == [(10.0, pytest.approx(1.96 * 5, abs=0.001))]
    assert mean_differences([near, far, sure], 0.05) == [
        (10.0, pytest.approx(2.394 * 5, abs=0.001)),
        (10.0, pytest.approx(2.394 * 3, abs=0.001)),
        (20.0, pytest.approx(2.394 * 4, abs=0.001)),
    ]
    assert means_surely_apart([near, far, sure], 0.05) == pytest.approx(20 - 2.394 * 4, abs=0.001)
    assert math.isnan(means_surely_apart([near]))


def test_the_error_of_a_mean_is_its_spread_over_the_root_of_its_rows() -> None:
    """1, 2, 3, 4, 5 spread by the root of 2.5; over five rows that is the root of a half."""
    assert mean_with_error(np.arange(1.0, 6.0)) == Mean(value=3.0, error=pytest.approx(math.sqrt(0.5)))
