"""Intervals that hold however often one looks, held to that by simulation on fixed seeds."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from ml.evaluation.sequential import Arm, arm, difference

_RUNS, _LOOKS, _STEP, _EFFECT, _CONFIDENCE = 400, 40, 100, 0.05, 0.95


def _surely(shift: float, share: float, seed: int) -> npt.NDArray[np.int64]:
    """Of each run what the first sure look says: -1, the second arm is smaller; 1, larger; 0: none is sure.

    Losses are exponential, as skewed as log losses are; the second arm's mean is larger by `shift` and it has `share`
    of the rows. It is looked at every 100 rows, 40 times.
    """
    generator, said = np.random.default_rng(seed), []
    for _ in range(_RUNS):
        losses = generator.exponential(0.4, size=(2, _LOOKS * _STEP))
        losses[1] += shift
        sure = 0
        for look in range(2, _LOOKS + 1):
            rows = look * _STEP
            second = int(rows * share)
            found = difference(
                arm(losses[0, : rows - second]), arm(losses[1, :second]), effect=_EFFECT, confidence=_CONFIDENCE
            )
            if found.high < 0 or found.low > 0:
                sure = -1 if found.high < 0 else 1
                break
        said.append(sure)
    return np.array(said)


def test_equal_arms_are_seldom_told_apart_however_often_one_looks() -> None:
    """At most 5 % of all runs in either direction, over 39 looks; a fixed interval errs in a third."""
    assert (_surely(0.0, 0.3, seed=1) != 0).mean() <= 1 - _CONFIDENCE


def test_a_difference_of_that_size_is_found_and_never_the_wrong_way() -> None:
    """With half of 4,000 rows each, 8 of 10 runs find it, as a fixed look at the end would 97 of 100."""
    said = _surely(-_EFFECT, 0.5, seed=2)
    assert (said == -1).mean() >= 0.8
    assert not (said == 1).any()


def test_the_interval_is_the_inverted_mixture_ratio() -> None:
    """At its ends the likelihood ratio of the mixture is 1 / (1 - confidence): section 4 of the source."""
    first, second = Arm(rows=500, mean=0.4, variance=0.2), Arm(rows=200, mean=0.3, variance=0.1)
    found = difference(first, second, effect=_EFFECT, confidence=_CONFIDENCE)
    assert (found.value, found.low < -0.1 < found.high) == (pytest.approx(-0.1), True)
    variance = first.variance / first.rows + second.variance / second.rows
    mixed = variance + _EFFECT**2
    for end in (found.low, found.high):
        exponent = _EFFECT**2 * (found.value - end) ** 2 / (2 * variance * mixed)
        assert math.sqrt(variance / mixed) * math.exp(exponent) == pytest.approx(20)


def test_rows_that_say_nothing_are_never_sure() -> None:
    """No variance, one row, or none; a loss that is no number is refused."""
    for other in (np.array([]), np.array([0.5]), np.array([0.5, 0.5])):
        found = difference(arm(np.array([0.1, 0.2, 0.3])), arm(other), effect=0.1, confidence=0.95)
        assert (found.low, found.high) == (-math.inf, math.inf)
    with pytest.raises(ValueError, match="not a finite number"):
        arm(np.array([0.1, math.nan]))
