"""Intervals hold the share that they say, whatever the errors look like."""

import numpy as np
import pytest

from ml.problems.forecasting.intervals import half_widths


@pytest.mark.parametrize("kind", ["normal", "heavy"])
def test_new_errors_lie_inside_as_often_as_the_level_says(kind: str) -> None:
    """300 series of very different sizes; errors that a normal distribution does not fit are held too."""
    draw = np.random.default_rng(1)
    sizes = np.exp(draw.normal(0, 2, 300))[:, None, None]
    shape = (300, 4, 6)
    errors = sizes * (draw.normal(size=shape) if kind == "normal" else draw.standard_t(3, size=shape))
    widths = np.stack(half_widths(list(errors[:, :3])))
    held = (np.abs(errors[:, 3])[:, None] <= widths).mean(axis=(0, 2))
    assert held == pytest.approx([0.80, 0.95], abs=0.04)


def test_widths_never_shrink_with_the_horizon_and_grow_with_the_level() -> None:
    """What is unknown tomorrow is no better known the day after."""
    draw = np.random.default_rng(2)
    (widths,) = half_widths([draw.normal(size=(3, 8))])
    assert (np.diff(widths, axis=1) >= 0).all()
    assert (widths[1] >= widths[0]).all()


def test_a_series_that_was_never_missed_has_no_width() -> None:
    """And does not narrow those of the others."""
    flat, other = half_widths([np.zeros((2, 3)), np.ones((2, 3))])
    assert flat.tolist() == [[0.0] * 3] * 2
    assert other.tolist() == [[1.0] * 3] * 2
