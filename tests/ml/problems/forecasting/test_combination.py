"""Weights from errors at rolling origins."""

import numpy as np
import pytest

from ml.problems.forecasting.combination import combine, errors
from ml.problems.forecasting.fitted import Fitted, Floats
from ml.problems.forecasting.rule import Rule, mixed, rule_of, weights

ALIKE = Rule(own=1.0, power=0.0, best=12)


def _fit(values: Floats, off: dict[str, float], *, fails: str = "", horizon: int = 2, past: int = 2) -> Fitted:
    """Each candidate is off by its number at every step; `fails` has no forecast at the end, which is 0 off."""
    origins = tuple(len(values) - horizon * back for back in range(past, -1, -1))
    truth = np.array([np.append(values, np.zeros(horizon))[at : at + horizon] for at in origins])
    forecasts = np.stack([truth + each for each in off.values()])
    forecasts[[name == fails for name in off], -1] = np.nan
    return Fitted(origins=origins, names=tuple(off), forecasts=forecasts, reasons=())


VALUES = np.arange(1.0, 11.0)


def test_errors_are_in_those_of_the_median_candidate() -> None:
    """Of 1, 2 and 4 off, at both origins."""
    assert errors(_fit(VALUES, {"a": 1, "b": 2, "c": 4}), VALUES).tolist() == [[0.5, 0.5], [1, 1], [2, 2]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ALIKE, [1 / 3, 1 / 3, 1 / 3]),
        (Rule(own=1.0, power=1.0, best=12), [4 / 7, 2 / 7, 1 / 7]),
        (Rule(own=1.0, power=2.0, best=2), [4 / 5, 1 / 5, 0.0]),
    ],
)
def test_half_the_error_weighs_more(rule: Rule, expected: list[float]) -> None:
    """By the power, among the best."""
    assert weights(np.array([1.0, 2.0, 4.0]), rule) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("forecasts", "weight", "expected"),
    [
        ([1.0, 9.0], [0.5, 0.5], 5.0),
        ([1.0, 2.0, 90.0], [1 / 3, 1 / 3, 1 / 3], 2.0),
        ([90.0, 1.0, 2.0], [0.2, 0.4, 0.4], 2.0 - 0.25),
        ([7.0, 1.0], [1.0, 0.0], 7.0),
        ([np.nan, 1.0, 3.0], [0.8, 0.1, 0.1], 2.0),
        ([np.nan, np.nan], [0.5, 0.5], np.nan),
    ],
)
def test_the_forecast_is_the_weighted_median(forecasts: list[float], weight: list[float], expected: float) -> None:
    """Far-off forecasts pull no further than near ones; a missing one passes its weight to the others."""
    found = mixed(np.array(forecasts)[:, None], np.array(weight))
    assert found.tolist() == pytest.approx([expected], nan_ok=True)


def test_what_fails_now_is_not_chosen_however_good_it_was() -> None:
    """Its weight goes to the others, and no NaN into the forecast."""
    fit = _fit(VALUES, {"a": 0.0, "b": 2.0, "c": 2.0}, fails="a")
    (one,) = combine([fit], [VALUES])
    assert one.weights == {"b": 0.5, "c": 0.5}
    assert one.forecast.tolist() == [2.0, 2.0]


def test_an_origin_is_judged_by_weights_that_have_not_seen_it() -> None:
    """Candidate a was right at the first origin alone, b at the second: each is held against the other's origin."""
    fit = _fit(VALUES, {"a": 0.0, "b": 0.0, "c": 3.0})
    fit.forecasts[0, 1] += 8.0
    fit.forecasts[1, 0] += 8.0
    (one,) = combine([fit], [VALUES])
    held_out = one.held_out - [VALUES[6:8], VALUES[8:10]]
    assert (held_out > 4.0).all()


def test_own_errors_count_the_more_the_longer_a_series_was_judged() -> None:
    """Half at forty steps, nothing without a backtest."""
    assert [rule_of(steps).own for steps in (0, 40, 120)] == [0.0, 0.5, 0.75]


def test_a_series_follows_its_own_candidate_and_in_part_the_fleets() -> None:
    """Where each series has a candidate of its own that is right, that is the heaviest; one that was equally bad
    everywhere weighs nearly nothing.
    """
    offs = [{"a": 0.5, "b": 4.0, "c": 4.0, "d": 8.0}, {"a": 4.0, "b": 0.5, "c": 4.0, "d": 8.0}]
    long = np.arange(1.0, 101.0)
    found = combine([_fit(long, offs[at % 2], horizon=20) for at in range(30)], [long] * 30)
    assert all(max(each.weights, key=each.weights.__getitem__) == "ab"[at % 2] for at, each in enumerate(found))
    assert max(each.weights["d"] for each in found) < 0.01
    assert found[0].weights["b"] > found[0].weights["c"]
