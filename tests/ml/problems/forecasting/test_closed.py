"""Places in a season at which a series rests."""

import numpy as np
import pytest

from ml.problems.forecasting.closed import at_rest, closed, open_steps

pytestmark = pytest.mark.fast

HOURS = np.arange(24 * 20)
OPEN = (HOURS % 24 >= 8) & (HOURS % 24 < 18)


def test_a_shops_nights_are_closed_and_its_days_are_not() -> None:
    """By hours of the day, counted from the next step; what is left are the hours of sale."""
    sold = np.where(OPEN, 5.0 + HOURS % 7, 0.0)[:-6]
    assert np.flatnonzero(~closed(sold, 24)).tolist() == [(hour - 18) % 24 for hour in range(8, 18)][-10:]
    assert at_rest(sold, (24, 168), 48).sum() == 28
    assert open_steps(sold, (24,)).min() > 0.0


def test_zeros_by_chance_close_nothing() -> None:
    """Steps of which one in seven has a sale leave some hours empty for days: none of them is taken for closed."""
    rng = np.random.default_rng(1)
    rare = np.where(rng.random(24 * 20) < 0.15, 4.0, 0.0)
    assert (rare[-8 * 24 :].reshape(8, 24) == 0).all(axis=0).any()
    assert not closed(rare, 24).any()
    assert not at_rest(rare, (24,), 24).any()


@pytest.mark.parametrize("values", [np.full(240, 3.0), np.where(OPEN, 5.0, 0.0)[:60]])
def test_a_flat_series_or_a_short_one_has_no_closed_places(values: np.ndarray) -> None:
    """There is nothing to tell them from, or fewer than three days."""
    assert not closed(values, 24).any()
