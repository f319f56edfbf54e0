"""What monitoring says of a period of forecasts whose weeks have come true."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Limits, LimitsByShare, WorseByShare
from ml.declarations.limits import Limit
from ml.problems.finding import Finding, Verdict
from ml.problems.forecasting.monitors import monitors
from ml.problems.monitor import Answered, Bounds
from ml.problems.registry import problem_of
from tests.ml.problems.series import FORECASTING

SERIES, STEPS = 200, 3
RNG = np.random.default_rng(5)
SCALES = np.repeat(RNG.uniform(1, 50, SERIES), STEPS)
TRUTH = 100 + SCALES * RNG.normal(0, 1, SERIES * STEPS)
BY_NAME = {each.name: each for each in monitors(FORECASTING)}
LIMITS: Mapping[str, Limit] = {each.name: each.limit for each in FORECASTING.monitored}


def _answered(error: float = 0.5, bias: float = 0.0, width: float = 1.2816) -> Answered:
    """Forecasts with normal errors of `error` scales around `bias`, and intervals of `width` scales either side.

    The naive forecast has errors of one scale.
    """
    rng = np.random.default_rng(9)
    forecast = TRUTH + SCALES * rng.normal(bias, error, len(TRUTH))
    answers = pd.DataFrame(
        {
            "forecast": forecast,
            "lo_80": forecast - width * error * SCALES,
            "hi_80": forecast + width * error * SCALES,
            "naive": TRUTH + SCALES * rng.normal(0, 1, len(TRUTH)),
            "scale": SCALES,
            "series": np.repeat([f"s{at}" for at in range(SERIES)], STEPS),
        }
    )
    groups = pd.DataFrame({"shop": np.repeat(np.where(np.arange(SERIES) % 2, "a", "b"), STEPS)})
    return Answered(truth=TRUTH, answers=answers, groups=groups)


def _found(name: str, period: Answered) -> Finding:
    monitor = BY_NAME[name]
    bounds = Bounds(limit=LIMITS[name], chance=0.01, promised=monitor.promise(_answered()), min_group_rows=50)
    (found,) = monitor.measure(period, bounds)
    return found


def test_each_declared_metric_has_a_monitor_with_a_limit_of_its_kind() -> None:
    """Named alike, in order; the registry's problem has them."""
    assert [each.name for each in problem_of(FORECASTING).monitors()] == [each.name for each in FORECASTING.monitored]
    kinds = [type(each.limit) for each in FORECASTING.monitored]
    assert kinds == [WorseByShare, Limits, LimitsByShare, Limits, type(None), type(None), LimitsByShare]


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit])
def test_a_stable_period_is_ok(name: str) -> None:
    """The hold-out's own figures."""
    assert _found(name, _answered()).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("name", "period", "value"),
    [
        ("scaled_error", _answered(error=0.8), 0.8 * 0.798),
        ("error_over_naive", _answered(error=1.3), 1.3),
        ("scaled_bias", _answered(bias=0.4), 0.4),
        ("interval_coverage", _answered(width=0.5244), 0.4),
    ],
)
def test_a_period_that_is_worse_is_a_breach(name: str, period: Answered, value: float) -> None:
    """More error, as much as the naive one, forecasts too high, and intervals that hold 40 % in place of 80 %."""
    found = _found(name, period)
    assert found.verdict is Verdict.BREACH
    assert found.value == pytest.approx(value, abs=0.08)


def test_a_group_that_is_forecast_too_high_is_a_breach() -> None:
    """One scale too high in one shop."""
    period = _answered()
    high = period.answers.assign(forecast=period.answers["forecast"] + SCALES * (period.groups["shop"] == "b"))
    found = _found("scaled_bias_difference", Answered(truth=TRUTH, answers=high, groups=period.groups))
    assert (found.verdict, found.column) == (Verdict.BREACH, "shop")
    assert found.value == pytest.approx(1.0, abs=0.1)


def test_rows_of_one_series_do_not_count_as_many() -> None:
    """The same series' luck on all steps: the error of the mean is that of so many series, not rows."""
    period = _answered()
    one = Answered(truth=TRUTH, answers=period.answers.assign(series="s0"), groups=period.groups)
    assert _found("scaled_bias", one).verdict is Verdict.UNKNOWN
    assert _found("scaled_error", one).verdict is Verdict.UNKNOWN
    assert _found("error_over_naive", one).verdict is Verdict.UNKNOWN
    assert _found("interval_coverage", one).verdict is Verdict.UNKNOWN
