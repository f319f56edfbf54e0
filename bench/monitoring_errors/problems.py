"""False alarms of monitoring about predictions, by problem.

A version that performs as on its hold-out is judged for two years by every metric with a limit for its problem, per
period and cumulatively.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.monitoring_errors.cells import STABLE_PERIODS, Floats
from bench.monitoring_errors.columns import CALENDAR, FIRST, LIMITS
from bench.monitoring_errors.told import begun, share
from ml.declarations import (
    BinaryClassification,
    Forecasting,
    Monitored,
    MulticlassClassification,
    ProblemType,
    Regression,
)
from ml.monitoring import chances
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy
from ml.problems.finding import Verdict
from ml.problems.monitor import Answered, Bounds
from ml.problems.registry import problem_of

Draw = Callable[[np.random.Generator, int], tuple[Floats, pd.DataFrame]]
ROWS, HOLDOUT_ROWS, SERIES = 1_000, 6_000, 400
_STEPS = 7


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A problem whose predictions stay accurate, and a function that draws a number of its rows."""

    declared: ProblemType
    draw: Draw

    def rows(self, random: np.random.Generator, count: int) -> Answered:
        """A number of rows with known outcomes."""
        truth, answers = self.draw(random, count)
        return Answered(truth=truth, answers=answers, groups=pd.DataFrame(index=answers.index))


def _binary(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    probable = random.beta(1, 3, count)
    return (random.random(count) < probable).astype(float), pd.DataFrame({"probability": probable})


def _classes(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    probable = random.dirichlet((2.0, 1.0, 0.5), count)
    truth = (random.random((count, 1)) > probable.cumsum(axis=1)).sum(axis=1).clip(0, 2).astype(float)
    columns = dict(zip(("probability_a", "probability_b", "probability_c"), probable.T, strict=True))
    return truth, pd.DataFrame({"prediction": np.array(["a", "b", "c"])[probable.argmax(axis=1)], **columns})


def _values(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    """Errors have heavy tails: a t distribution with 5 degrees of freedom, whose central 90 % lie within 2.015."""
    expected = random.normal(50, 10, count)
    bounded = {"lower": expected - 2.015, "upper": expected + 2.015}
    return expected + random.standard_t(5, count), pd.DataFrame({"prediction": expected, **bounded})


def _forecasts(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    """Seven steps of each series; half of an error is common to its series, and 80 % lie within 1.2816 deviations."""
    series = np.repeat(np.arange(count // _STEPS), _STEPS)
    luck = np.repeat(random.normal(size=count // _STEPS), _STEPS)
    error = 0.5**0.5 * (luck + random.normal(size=series.size))
    expected, scale = 20 + random.normal(size=series.size), np.ones(series.size)
    ends = {"lo_80": expected - 1.2816, "hi_80": expected + 1.2816, "lo_95": expected - 1.96, "hi_95": expected + 1.96}
    naive = expected + error + 1.3 * random.normal(size=series.size)
    answers = {"series": series, "forecast": expected, "naive": naive, "scale": scale, **ends}
    return expected + error, pd.DataFrame(answers)


STEADY = (
    Steady(declared=BinaryClassification(), draw=_binary),
    Steady(declared=MulticlassClassification(classes=("a", "b", "c")), draw=_classes),
    Steady(declared=Regression(unit="mg"), draw=_values),
    Steady(
        declared=Forecasting(
            unit="pieces",
            series=("item",),
            step="step",
            horizon=_STEPS,
            history=tuple(f"sold_{back}" for back in range(1, 15)),
        ),
        draw=_forecasts,
    ),
)


def part(case: Steady, number: int, count: int) -> list[list[bool]]:
    """A number of series: whether any metric is in breach in each of their periods."""
    random = np.random.default_rng([20_261, number])
    return [alarms(case, random) for _ in range(count)]


def judged(case: Steady) -> list[Monitored]:
    """The metrics of the problem with a limit."""
    return [each for each in LIMITS.metrics(case.declared, ()) if each.limit]


def alarms(case: Steady, random: np.random.Generator) -> list[bool]:
    """Whether any metric is in breach in each period of two years."""
    known = {each.name: each for each in judged(case)}
    monitors = [each for each in problem_of(case.declared).monitors() if each.name in known]
    holdout = case.rows(random, HOLDOUT_ROWS)
    held_against = {
        each.name: Bounds(
            limit=known[each.name].limit,
            chance=chances.of_metric(LIMITS, known[each.name], known.values()),
            promised=each.promise(holdout),
        )
        for each in monitors
    }
    seen: list[Metric] = []
    for period in range(STABLE_PERIODS):
        rows, at = case.rows(random, ROWS), CALENDAR.add(FIRST, period)
        for monitor in monitors:
            findings = monitor.measure(rows, held_against[monitor.name])
            seen += [Metric(period=at, model_version=1, in_training=False, **vars(each)) for each in findings]
    policy = Policy(limits=LIMITS, calendar=CALENDAR, judged=known)
    told = {each.period for each in (*seen, *lasting(seen, policy)) if each.verdict is Verdict.BREACH}
    return [CALENDAR.add(FIRST, period) in told for period in range(STABLE_PERIODS)]


def row(case: Steady, found: list[list[bool]]) -> str:
    """A row of the table: the metrics, the expected and the measured rate."""
    periods, names = len(found) * STABLE_PERIODS, ", ".join(each.title for each in judged(case))
    told = f"{LIMITS.false_alarms_per_period:.2%} | {share(begun(found), periods)} | {sum(map(sum, found))}"
    return f"| {case.declared.name} | {names} | {periods:,} | {told} |"
