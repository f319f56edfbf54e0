"""How much better one model is than another, on cases whose answer is known."""

import math

import numpy as np
import pandas as pd

from ml.evaluation.resampling import Bootstrap
from ml.problems.classification.binary import Binary
from ml.problems.registry import problem_of
from tests.ml.problems.made import REGRESSION

DRAWN = Bootstrap(confidence=0.95, resamples=100, seed=1)


def _risk(probabilities: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"probability": probabilities})


def test_equal_models_differ_by_exactly_nothing() -> None:
    """Paired: the same scores twice give an interval of no width."""
    labels, scores = np.array([0.0, 1.0] * 50), _risk(np.linspace(0, 1, 100))
    found = Binary().improvement(labels, scores, scores, DRAWN)
    assert (found.difference, found.lower, found.upper) == (0.0, 0.0, 0.0)


def test_a_clearly_better_model_has_an_interval_above_zero() -> None:
    """Truth against noise on 2,000 rows."""
    rng = np.random.default_rng(5)
    risk = rng.uniform(size=2000)
    labels = (rng.uniform(size=2000) < risk).astype(float)
    found = Binary().improvement(labels, _risk(risk), _risk(rng.uniform(size=2000)), DRAWN)
    assert 0.2 < found.lower < found.difference < found.upper < 0.45


def test_one_class_gives_bounds_that_are_not_numbers() -> None:
    """Nothing can be said, so NaN, which a gate fails on."""
    found = Binary().improvement(np.ones(30), _risk(np.full(30, 0.3)), _risk(np.full(30, 0.4)), DRAWN)
    assert math.isnan(found.lower)
    assert math.isnan(found.upper)


def test_a_smaller_error_is_an_improvement() -> None:
    """Errors of 1 against 3 on every row: the root mean squared error falls by exactly 2."""
    truth = np.arange(40.0)

    def off_by(error: float) -> pd.DataFrame:
        return pd.DataFrame({"prediction": truth + error, "lower": truth, "upper": truth})

    found = problem_of(REGRESSION).improvement(truth, off_by(-1.0), off_by(3.0), DRAWN)
    assert np.allclose([found.difference, found.lower, found.upper], 2.0)
