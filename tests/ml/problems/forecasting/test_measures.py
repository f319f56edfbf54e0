"""Measures of forecasts against values worked by hand."""

import math

import numpy as np
import pytest

from ml.problems.forecasting.measures import bias, coverage, mase, owa, pinball, rmsse, smape, wape
from ml.problems.forecasting.naive2 import is_seasonal, naive2, seasonal_indices

TRUTH = np.array([10.0, 20.0, 30.0])
ANSWER = np.array([12.0, 18.0, 30.0])
# Steps of 2, 4, 6 and 8: their mean is 5, their mean square 30; two apart 6, 10 and 14 with mean 10.
HISTORY = np.array([0.0, 2.0, 6.0, 12.0, 20.0])


def test_smape_is_the_mean_share_of_both_sizes() -> None:
    """2*2/22, 2*2/38 and 0, in percent."""
    assert smape(TRUTH, ANSWER, HISTORY, 1) == pytest.approx(100 * (4 / 22 + 4 / 38) / 3)
    assert smape(np.zeros(2), np.zeros(2), HISTORY, 1) == 0.0


def test_mase_and_rmsse_are_in_steps_of_the_seasonal_naive_forecast() -> None:
    """The errors are 2, 2 and 0: mean 4/3, mean square 8/3."""
    assert mase(TRUTH, ANSWER, HISTORY, 1) == pytest.approx(4 / 3 / 5)
    assert mase(TRUTH, ANSWER, HISTORY, 2) == pytest.approx(4 / 3 / 10)
    assert rmsse(TRUTH, ANSWER, HISTORY, 1) == pytest.approx(math.sqrt(8 / 3 / 30))


def test_a_history_that_never_moves_has_no_scale() -> None:
    """An error over zero is not infinite but undefined."""
    assert math.isnan(mase(TRUTH, ANSWER, np.full(5, 3.0), 1))
    assert math.isnan(wape(np.zeros(2), np.ones(2), HISTORY, 1))


def test_a_history_that_repeats_itself_has_no_scale() -> None:
    """Its steps are rounding errors, which would outweigh every other series of a backtest."""
    waves = 100 + 10 * np.sin(2 * np.pi * np.arange(48) / 12)
    assert np.abs(waves[12:] - waves[:-12]).max() > 0
    assert math.isnan(mase(TRUTH, ANSWER, waves, 12))
    assert math.isnan(rmsse(TRUTH, ANSWER, waves, 12))
    assert mase(TRUTH * 1e-9, ANSWER * 1e-9, HISTORY * 1e-9, 1) == pytest.approx(4 / 3 / 5)


def test_wape_and_bias_are_over_the_sum_of_the_truth() -> None:
    """4 of 60 missed; 2 too much and 2 too little even out."""
    assert wape(TRUTH, ANSWER, HISTORY, 1) == pytest.approx(4 / 60)
    assert bias(TRUTH, ANSWER, HISTORY, 1) == 0.0
    assert bias(TRUTH, TRUTH + 3, HISTORY, 1) == pytest.approx(9 / 60)


def test_pinball_punishes_the_rarer_side_more() -> None:
    """At 0.9 a value 10 above the forecast costs 9, one 10 below costs 1."""
    loss = pinball(0.9)
    assert loss(np.array([10.0]), np.array([0.0]), HISTORY, 1) == pytest.approx(9.0)
    assert loss(np.array([0.0]), np.array([10.0]), HISTORY, 1) == pytest.approx(1.0)


def test_coverage_counts_the_ends() -> None:
    """10 lies on the lower end, 20 inside, 30 above."""
    assert coverage(TRUTH, np.array([10.0, 15.0, 0.0]), np.array([11.0, 25.0, 29.0])) == pytest.approx(2 / 3)


def test_owa_is_half_of_each_ratio() -> None:
    """Half of 10/20 and 3/2; not defined against a Naive2 without errors."""
    assert owa(10.0, 3.0, 20.0, 2.0) == pytest.approx(1.0)
    assert np.isnan([owa(10.0, 3.0, 0.0, 2.0), owa(10.0, 3.0, 20.0, 0.0)]).all()


def test_naive2_repeats_the_season_on_the_last_level() -> None:
    """Quarters of 0.5, 1, 1.5 and 1 times 100: decomposition finds them, and the next year is the same."""
    history = np.tile([50.0, 100.0, 150.0, 100.0], 5)
    assert seasonal_indices(history, 4) == pytest.approx([0.5, 1.0, 1.5, 1.0])
    assert naive2(history, 6, 4) == pytest.approx([50.0, 100.0, 150.0, 100.0, 50.0, 100.0])


def test_naive2_of_what_is_not_seasonal_is_the_last_value() -> None:
    """A straight line has an autocorrelation at the season too, within what the shorter lags explain."""
    line = np.arange(1.0, 25.0)
    assert not is_seasonal(line, 12)
    assert naive2(line, 2, 12) == pytest.approx([24.0, 24.0])
    assert not is_seasonal(np.tile([1.0, 2.0], 2), 2)
