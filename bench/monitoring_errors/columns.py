"""Verdicts of the job's column rules on drawn periods, and of rules that are common elsewhere."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from bench.monitoring_errors.cells import Cell, Floats, moved
from ml.declarations import BinaryClassification, Calendar, Monitoring
from ml.evaluation.two_samples import apart, false_discoveries, histograms, kolmogorov
from ml.monitoring import chances
from ml.monitoring.drift import Reference, Shift, reference, shifts, together
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy
from ml.problems.finding import Kind, Verdict

LIMITS = Monitoring()
CALENDAR = Calendar()
FIRST = date(2020, 1, 1)
POLICY = Policy(
    limits=LIMITS, calendar=CALENDAR, judged={each.name: each for each in LIMITS.metrics(BinaryClassification(), ())}
)
# More rows make the bench slow.
_REFERENCE_ROWS, _ROWS_OF_PERIOD = 20_000, 1_000
_SEED = 20_260


@dataclass(frozen=True, kw_only=True)
class Period:
    """Each rule's verdict on one period."""

    ours: bool
    psi: bool
    ks: bool
    corrected: bool


def part(cell: Cell, number: int, count: int) -> list[list[tuple[bool, ...]]]:
    """A number of series of a cell, different in each part: each rule's verdict on each period."""
    random = np.random.default_rng([_SEED, number])
    return [[astuple(each) for each in series(cell, random)] for _ in range(count)]


def series(cell: Cell, random: np.random.Generator) -> list[Period]:
    """Periods after a reference of a year, with each rule's verdict."""
    before = list(fitted(cell, random))
    seen: list[Metric] = []
    said = []
    for period in range(cell.periods):
        # No rule looks at the order of rows, and values that ascend are ranked in a third of the time.
        values = np.sort(moved(cell.draw(random), cell.change, period), axis=0)
        rules, metrics = judged(before, values, CALENDAR.add(FIRST, period), LIMITS)
        seen += metrics
        said.append(rules)
    told = {each.period for each in lasting(seen, POLICY) if each.verdict is Verdict.BREACH}
    return [replace(each, ours=each.ours or CALENDAR.add(FIRST, at) in told) for at, each in enumerate(said)]


def fitted(cell: Cell, random: np.random.Generator) -> Iterator[Reference]:
    """The reference of each column."""
    most = max(_REFERENCE_ROWS, cell.fitted * _ROWS_OF_PERIOD)
    drawn = np.vstack([cell.draw(random) for _ in range(cell.fitted)])[:most]
    of_period = pd.Series(np.repeat(np.arange(cell.fitted), cell.rows)[: len(drawn)])
    columns = (reference(f"column_{number}", pd.Series(drawn[:, number]), of_period) for number in range(cell.columns))
    yield from together({each.column: each for each in columns}).values()


def judged(before: list[Reference], values: Floats, at: date, limits: Monitoring) -> tuple[Period, list[Metric]]:
    """Each rule's verdict on a period, and its shifts, which add up."""
    sizes = {"psi": limits.psi.act, "ks": limits.ks.act}
    tests, metrics = [], []
    for number, column in enumerate(before):
        known = pd.Series(values[:, number])
        ks = kolmogorov(apart(column.ordered, np.sort(values[:, number])), column.dispersion)
        shares = histograms(column.counts, column.histogram(known), column.dispersion)
        tests.append({each.metric: each for each in (*shares, ks) if each.metric in sizes})
        metrics += [_metric(column.column, shift, at) for shift in shifts(column, known)]
    cutoff = false_discoveries([each.chance for found in tests for each in found.values()], chances.of_columns(limits))
    ours = any(each.value > max(sizes[name], each.bound(cutoff)) for found in tests for name, each in found.items())
    rows = np.array([column.rows for column in before])
    by_ks = stats.kstwobign.sf(np.array([found["ks"].value for found in tests]) / np.sqrt(1 / rows + 1 / len(values)))
    return (
        Period(
            ours=ours,
            psi=any(found["psi"].value > 0.1 for found in tests),
            ks=bool(by_ks.min() < 0.05),
            corrected=bool((stats.false_discovery_control(by_ks) <= 0.05).any()),
        ),
        metrics,
    )


def _metric(column: str, shift: Shift, at: date) -> Metric:
    figure = shift.figure
    return Metric(
        kind=Kind.DRIFT,
        metric=shift.metric,
        column=column,
        value=figure.value,
        verdict=Verdict.RECORDED,
        reason="",
        rows=figure.rows,
        reference_value=0.0,
        error=figure.error,
        reference_error=shift.reference_error,
        period=at,
        model_version=1,
        in_training=False,
    )
