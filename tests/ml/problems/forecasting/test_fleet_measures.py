"""The measures of a fleet, worked by hand, and drawn by series."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.comparing import estimates
from ml.evaluation.resampling import Bootstrap
from ml.problems.forecasting import fleet_measures
from tests.ml.problems.series import FORECASTING

TRUTH = np.array([10.0, 20.0, 0.0, 4.0])
# Series a has errors of 1 and 3 scales, series b of 0 and 2.
ANSWERS = pd.DataFrame(
    {
        "forecast": [12.0, 14.0, 0.0, 8.0],
        "lo_80": [8.0, 12.0, 0.0, 5.0],
        "hi_80": [14.0, 18.0, 1.0, 9.0],
        "lo_95": [6.0, 10.0, 0.0, 0.0],
        "hi_95": [16.0, 22.0, 2.0, 12.0],
        "naive": [10.0, 16.0, 2.0, 0.0],
        "scale": [2.0, 2.0, 2.0, 2.0],
        "series": ["a", "a", "b", "b"],
        "chosen": ["mean"] * 4,
    }
)


def test_every_measure_is_as_worked_by_hand() -> None:
    """RMSSE (sqrt(5) + sqrt(2)) / 2; WAPE 12 / 34; sMAPE of 4/22, 12/34, 0 and 8/12; naive (sqrt(2) + sqrt(2.5)) / 2.

    Pinball at 0.1, 0.9, 0.025 and 0.975: 10 is 2 over 8 and 4 under 14, 4 over 6 and 6 under 16, and so on.
    """
    found = fleet_measures.measured(FORECASTING, TRUTH, ANSWERS).as_dict()
    assert found["rmsse"] == pytest.approx((5**0.5 + 2**0.5) / 2)
    assert found["naive_rmsse"] == pytest.approx((2**0.5 + 2.5**0.5) / 2)
    assert found["wape"] == pytest.approx(12 / 34)
    assert found["smape"] == pytest.approx(100 * (4 / 22 + 12 / 34 + 0 + 8 / 12) / 4)
    assert found["absolute_bias"] == pytest.approx(0.0)
    assert found["coverage_error_80"] == pytest.approx(0.3)
    assert found["coverage_error_95"] == pytest.approx(0.05)
    rows = [
        [0.1 * 2, 0.1 * 4, 0.025 * 4, 0.025 * 6],
        [0.1 * 8, 0.9 * 2, 0.025 * 10, 0.025 * 2],
        [0.0, 0.1 * 1, 0.0, 0.025 * 2],
        [0.9 * 1, 0.1 * 5, 0.025 * 4, 0.025 * 8],
    ]
    assert found["pinball"] == pytest.approx(np.mean(rows))


def test_series_are_drawn_whole() -> None:
    """Two series that were one week each better and worse: rows alone would cancel, series never mix."""
    challenger = ANSWERS.assign(forecast=[10.0, 20.0, 2.0, 6.0])
    drawn = Bootstrap(confidence=0.95, resamples=400, seed=1)
    found = fleet_measures.improved(FORECASTING, TRUTH, challenger, ANSWERS, drawn)
    assert found.difference == pytest.approx((5**0.5 + 2**0.5) / 2 - 0.5)
    # Only a, only b, or both: the three values that resamples of two series can have.
    assert found.lower == pytest.approx(2**0.5 - 1)
    assert found.upper == pytest.approx(5**0.5)


def test_answers_that_cannot_be_measured_are_refused() -> None:
    """No rows, a number that is none, and a scale of nothing."""
    with pytest.raises(ValueError, match="no rows"):
        fleet_measures.measured(FORECASTING, TRUTH[:0], ANSWERS[:0])
    with pytest.raises(ValueError, match="1 rows contain NaN or infinity"):
        fleet_measures.measured(FORECASTING, TRUTH, ANSWERS.assign(forecast=[np.nan, 1.0, 1.0, 1.0]))
    with pytest.raises(ValueError, match="scale of 0"):
        fleet_measures.measured(FORECASTING, TRUTH, ANSWERS.assign(scale=[0.0, 1.0, 1.0, 1.0]))


def test_a_fleet_that_sold_nothing_has_no_share_of_it() -> None:
    """WAPE is NaN, which blocks a gate; RMSSE is there."""
    found = fleet_measures.measured(FORECASTING, np.zeros(4), ANSWERS).as_dict()
    assert np.isnan(found["wape"])
    assert np.isfinite(found["rmsse"])


def test_groups_leave_the_other_draws_as_they_are() -> None:
    """Rows that are each a group of their own are drawn as rows without groups."""
    given = fleet_measures.numbers(FORECASTING, TRUTH, ANSWERS)
    alone = Bootstrap(confidence=0.9, resamples=50, seed=3)
    each = replace(alone, groups=np.arange(4))

    measures = {"wape": fleet_measures.wape}
    assert estimates(measures, TRUTH, given, alone) == estimates(measures, TRUTH, given, each)
