"""How often monitoring is wrong about answers, by problem: a part of `python -m bench.monitoring_errors`.

A version that keeps what its hold-out promised is judged for two years by every metric that its problem has a limit
for, alone and in sums. `python -m bench.monitoring_problems [SERIES]` prints this part alone.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import (
    BinaryClassification,
    Calendar,
    Forecasting,
    Monitoring,
    MulticlassClassification,
    ProblemType,
    Regression,
)
from ml.evaluation.noise import Rate, bounds
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy
from ml.problems.finding import Verdict
from ml.problems.monitor import Answered, Bounds
from ml.problems.registry import problem_of

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], tuple[Floats, pd.DataFrame]]
LIMITS, CALENDAR, FIRST = Monitoring(), Calendar(), date(2020, 1, 1)
PERIODS, ROWS, HOLDOUT_ROWS, SERIES = 24, 1_000, 6_000, 150
_STEPS = 7


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A problem whose answers are right, and how so many of its rows are drawn."""

    declared: ProblemType
    draw: Draw

    def rows(self, random: np.random.Generator, count: int) -> Answered:
        """So many rows whose outcomes are known."""
        truth, answers = self.draw(random, count)
        return Answered(truth=truth, answers=answers, groups=pd.DataFrame(index=answers.index))


def _binary(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    chances = random.beta(1, 3, count)
    return (random.random(count) < chances).astype(float), pd.DataFrame({"probability": chances})


def _classes(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    chances = random.dirichlet((2.0, 1.0, 0.5), count)
    truth = (random.random((count, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(0, 2).astype(float)
    columns = dict(zip(("probability_a", "probability_b", "probability_c"), chances.T, strict=True))
    return truth, pd.DataFrame({"prediction": np.array(["a", "b", "c"])[chances.argmax(axis=1)], **columns})


def _values(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    """Errors have a tail: a t distribution of 5 degrees of freedom, of which 2.015 bounds nine tenths."""
    expected = random.normal(50, 10, count)
    bounded = {"lower": expected - 2.015, "upper": expected + 2.015}
    return expected + random.standard_t(5, count), pd.DataFrame({"prediction": expected, **bounded})


def _forecasts(random: np.random.Generator, count: int) -> tuple[Floats, pd.DataFrame]:
    """Seven steps of each series; half of a row's error is its series' own, and 1.2816 deviations bound four fifths."""
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


def alarms(case: Steady, random: np.random.Generator) -> list[bool]:
    """Whether anything is in breach in each of two years of periods."""
    judged = {each.name: each for each in LIMITS.metrics(case.declared, ()) if each.limit}
    monitors = [each for each in problem_of(case.declared).monitors() if each.name in judged]
    holdout = case.rows(random, HOLDOUT_ROWS)
    promised = {each.name: each.promise(holdout) for each in monitors}
    seen: list[Metric] = []
    for period in range(PERIODS):
        rows, at = case.rows(random, ROWS), CALENDAR.add(FIRST, period)
        for monitor in monitors:
            limit, chance = judged[monitor.name].limit, LIMITS.false_alarms_per_period
            findings = monitor.measure(rows, Bounds(limit=limit, chance=chance, promised=promised[monitor.name]))
            seen += [Metric(period=at, model_version=1, in_training=False, **vars(each)) for each in findings]
    policy = Policy(limits=LIMITS, calendar=CALENDAR, judged=judged)
    told = {each.period for each in (*seen, *lasting(seen, policy)) if each.verdict is Verdict.BREACH}
    return [CALENDAR.add(FIRST, period) in told for period in range(PERIODS)]


def declared_rate(case: Steady) -> float:
    """What may be wrong in a period: each metric alone, and the sums with their head start."""
    metrics = [each for each in LIMITS.metrics(case.declared, ()) if each.limit]
    return len(metrics) * LIMITS.false_alarms_per_period + 2 * LIMITS.chance_of_sums


def row(case: Steady, count: int) -> str:
    """A row of the table: what was judged, what may be wrong, and what was."""
    random = np.random.default_rng(20_261)
    found = [alarms(case, random) for _ in range(count)]
    begun = [now and (at == 0 or not one[at - 1]) for one in found for at, now in enumerate(one)]
    lower, upper = bounds(Rate(rows=len(begun), rate=float(np.mean(begun))), 0.025)
    told = f"{sum(begun)}: {np.mean(begun):.2%} ({lower:.2%}..{upper:.2%})"
    names = ", ".join(each.title for each in LIMITS.metrics(case.declared, ()) if each.limit)
    kind = case.declared.name
    return f"| {kind} | {names} | {len(begun):,} | {declared_rate(case):.2%} | {told} | {sum(map(sum, found))} |"


def part(count: int = SERIES) -> Iterator[str]:
    """The lines of this part of the page."""
    yield "\n## False alarms about answers, by problem\n"
    yield (
        f"Series of two years of {ROWS:,} rows a month with their outcomes, in which a version keeps what its hold-out "
        f"of {HOLDOUT_ROWS:,} rows promised. Every metric with a limit is judged alone, at one period in 1,000 each, "
        "and those that add up in sums, at 1.5 in 1,000 together; the metrics of one problem often go wrong together. "
        "Regression's errors are those of a t distribution; a forecast's series has its own luck.\n"
    )
    yield "| problem | metrics | periods | declared | our alarms | periods in breach |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for case in STEADY:
        yield row(case, count)


if __name__ == "__main__":
    for line in part(*map(int, sys.argv[1:])):
        print(line, flush=True)
