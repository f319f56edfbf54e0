"""What a regression and forecasts will lose is told before outcomes, with intervals that what comes true lies in."""

import math

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Forecasting, Regression, Worse
from ml.problems.finding import Finding, Verdict
from ml.problems.forecasting.monitors import monitors as of_forecasts
from ml.problems.monitor import Answered, Bounds, Figure, Monitor
from ml.problems.regression.monitors import monitors as of_regression

_DECLARED = Forecasting(
    unit="pieces", series=("shop",), step="step", horizon=7, history=tuple(f"past_{place}" for place in range(8))
)
_ERROR, _COVERAGE = "expected_mean_absolute_error", "expected_coverage"


def _named(monitors: tuple[Monitor, ...], name: str) -> Monitor:
    return next(each for each in monitors if each.name == name)


def _regression(random: np.random.Generator, rows: int, *, hard: float = 0.5, known: bool = True) -> Answered:
    """The truth scatters three times as much in ward b, of which a share `hard` of the rows is."""
    ward = np.where(random.random(rows) < hard, "b", "a")
    mean = random.normal(50, 10, rows)
    truth = mean + random.normal(size=rows) * np.where(ward == "b", 6.0, 2.0)
    answers = pd.DataFrame({"prediction": mean, "lower": mean - 7, "upper": mean + 7})
    features = pd.DataFrame({"ward": ward, "age": random.normal(60, 9, rows)})
    return Answered(
        truth=truth if known else np.full(rows, math.nan),
        answers=answers,
        groups=pd.DataFrame(index=answers.index),
        features=features,
    )


def _forecasts(random: np.random.Generator, series: int, *, wide: float = 0.5) -> Answered:
    """A series of its own luck at seven steps; a share `wide` of the series has intervals and errors twice as wide."""
    size = np.repeat(np.where(random.random(series) < wide, 2.0, 1.0), 7)
    steps = np.tile(np.arange(1, 8), series)
    luck = np.repeat(random.normal(size=series), 7) + 0.5 * random.normal(size=7 * series)
    forecast = np.full(7 * series, 100.0)
    half = 1.4 * size * 10
    answers = pd.DataFrame(
        {
            "forecast": forecast,
            "naive": forecast,
            "lo_80": forecast - half,
            "hi_80": forecast + half,
            "scale": 10.0,
            "series": np.repeat([f"s{place}" for place in range(series)], 7),
        }
    )
    return Answered(
        truth=forecast + luck * size * 10,
        answers=answers,
        groups=pd.DataFrame(index=answers.index),
        features=pd.DataFrame({"step": steps}),
    )


def _estimate(monitor: Monitor, promised: Figure, period: Answered) -> Finding:
    [found] = monitor.measure(period, Bounds(limit=None, chance=0.001, promised=promised))
    return found


@pytest.fixture(scope="module")
def random() -> np.random.Generator:
    """Seeded."""
    return np.random.default_rng(8)


def test_a_changed_mix_is_told_before_its_outcomes(random: np.random.Generator) -> None:
    """Four of five rows of the harder ward: the mean error that they will have, within a tenth, and fewer in bounds."""
    both = of_regression("mg", 0.9)
    holdout, period = _regression(random, 4000), _regression(random, 3000, hard=0.8, known=False)
    error, coverage = (_named(both, name) for name in (_ERROR, _COVERAGE))
    told = _estimate(error, error.promise(holdout), period)
    true = 0.8 * (0.2 * 2 + 0.8 * 6)
    assert told.value == pytest.approx(true, rel=0.1)
    assert told.reference_value == pytest.approx(0.8 * 4, rel=0.1)
    assert "came true" not in told.reason
    inside = _estimate(coverage, coverage.promise(holdout), period)
    assert inside.value == pytest.approx(0.2 * 0.9995 + 0.8 * 0.757, abs=0.03)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_what_comes_true_lies_in_the_interval(share: float) -> None:
    """Over 200 periods of 300 rows and a hold-out each forty: in 95 of 100, less what chance allows."""
    random, monitor, inside = np.random.default_rng(11), _named(of_regression("mg", 0.9), _ERROR), 0
    for number in range(200):
        if number % 40 == 0:
            promised = monitor.promise(_regression(random, 1500))
        period = _regression(random, 300, hard=share)
        found = _estimate(monitor, promised, period)
        assert found.lower is not None
        assert found.upper is not None
        true = float(np.abs(period.truth - period.answers["prediction"]).mean())
        inside += found.lower <= true <= found.upper
        assert "came true" in found.reason
    assert inside >= 178


def test_forecasts_are_judged_by_what_they_say_of_themselves() -> None:
    """More series with wide intervals: a larger error is expected, and what comes true lies in the interval."""
    random = np.random.default_rng(12)
    monitor = _named(of_forecasts(_DECLARED), "expected_scaled_error")
    promised, inside = monitor.promise(_forecasts(random, 600)), 0
    for _ in range(60):
        period = _forecasts(random, 80, wide=0.9)
        found = _estimate(monitor, promised, period)
        errors = np.abs(period.truth - period.answers["forecast"]) / period.answers["scale"]
        true = float(errors.groupby(period.answers["series"]).mean().mean())
        assert found.value is not None
        assert found.value > promised.value
        inside += (found.lower or 0.0) <= true <= (found.upper or 0.0)
    assert inside >= 54


def test_coverage_of_forecasts_stays_a_share() -> None:
    """Its interval ends at 1."""
    random = np.random.default_rng(13)
    monitor = _named(of_forecasts(_DECLARED), "expected_interval_coverage")
    found = _estimate(monitor, monitor.promise(_forecasts(random, 300)), _forecasts(random, 5))
    assert found.value is not None
    assert 0.6 < found.value < 1.0
    assert found.upper == 1.0


def test_a_limit_can_be_declared_and_a_small_holdout_teaches_nothing(random: np.random.Generator) -> None:
    """Twice the error is a breach of the limit; of 100 hold-out rows it is unknown why."""
    monitor = _named(of_regression("mg", 0.9), _ERROR)
    bounds = Bounds(limit=Worse(act=0.5, severe=5.0), chance=0.001, promised=monitor.promise(_regression(random, 3000)))
    [found] = monitor.measure(_regression(random, 3000, hard=1.0, known=False), bounds)
    assert found.verdict is Verdict.BREACH
    [told] = monitor.measure(_regression(random, 50), Bounds(limit=None, chance=0.001, promised=Figure()))
    assert (told.verdict, told.reason) == (
        Verdict.UNKNOWN,
        "the hold-out has fewer than 200 rows to learn losses from",
    )
    assert not math.isfinite(monitor.promise(_regression(random, 100)).value)


def test_ugly_features_are_missing_values(random: np.random.Generator) -> None:
    """Infinity, null and text that the hold-out never had: an estimate all the same."""
    monitor, holdout = _named(of_regression("mg", 0.9), _ERROR), _regression(random, 1000)
    period = _regression(random, 300)
    ugly = period.features.assign(age=[math.inf, math.nan, -math.inf] * 100, ward=["new", None, "a"] * 100)
    changed = Answered(truth=period.truth, answers=period.answers, groups=period.groups, features=ugly)
    value = _estimate(monitor, monitor.promise(holdout), changed).value
    assert value is not None
    assert 1.0 < value < 8.0


def test_regression_declares_both_and_forecasts_too() -> None:
    """By name, among what can have a limit."""
    assert {_ERROR, _COVERAGE} <= {each.name for each in Regression(unit="mg").monitored}
    named = {each.name for each in _DECLARED.monitored}
    assert {"expected_scaled_error", "expected_interval_coverage"} <= named
