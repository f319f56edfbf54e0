"""The linear model over all series."""

from dataclasses import replace

import numpy as np
import pytest

from ml.problems.forecasting.frequency import MONTHLY, Frequency
from ml.problems.forecasting.pooled import Floats, pooled

pytestmark = pytest.mark.fast

STEP: Frequency = replace(MONTHLY, lags=(2, 3, 12), changes=1)


def _series(count: int, steps: int) -> list[Floats]:
    """Each with a season of its own size around a trend of its own."""
    at = np.arange(steps)
    return [100.0 + each * at / 10 + 5 * (each + 1) * np.sin(2 * np.pi * at / 12 + each) for each in range(count)]


def test_what_all_series_follow_is_found() -> None:
    """The same recursion in other units and with other seasons."""
    whole = _series(9, 84)
    ahead = pooled([each[:-12] for each in whole], 12, STEP)
    assert ahead.shape == (9, 12)
    for truth, forecast in zip(whole, ahead, strict=True):
        assert np.abs(forecast - truth[-12:]).mean() < 0.2 * truth.std()


def test_a_series_too_short_for_the_lags_of_the_others_has_no_forecast() -> None:
    """And changes none of theirs; a series in another unit is forecast in that unit."""
    whole = _series(9, 84)
    whole.append(whole[3] * 1000.0)
    alone, beside = pooled(whole, 6, STEP), pooled([*whole, np.arange(1.0, 9.0)], 6, STEP)
    assert np.isnan(beside[-1]).all()
    assert beside[:-1].tolist() == alone.tolist()
    assert alone[-1] == pytest.approx(1000.0 * alone[3])
