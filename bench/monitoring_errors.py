"""How often monitoring is wrong: `python -m bench.monitoring_errors` writes docs/monitoring-errors.md.

Stable periods go through the rules that the job applies to columns (`ml/monitoring`), and each breach among them is a
false alarm; planted changes go the same way until they are told. Beside it stand rules that are usual elsewhere.
How many series a cell has follows from its size, so that the page is the same wherever it is written.
`--cell rows,columns,kind` runs and prints one cell alone; `--series` gives it another number of series.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import signal, stats

from bench.monitoring_problems import part
from bench.page import ROOT, measured_on, section_of
from ml.declarations import BinaryClassification, Calendar, Monitoring
from ml.evaluation.noise import Rate, bounds
from ml.evaluation.two_samples import false_discoveries, histograms, kolmogorov
from ml.monitoring.drift import Reference, Shift, reference, shifts, together
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.policy import Policy
from ml.problems.classification.binary_monitors import area
from ml.problems.finding import Kind, Verdict
from ml.problems.monitor import Bounds
from ml.problems.registry import problem_of

Floats = npt.NDArray[np.float64]
PAGE = ROOT / "docs" / "monitoring-errors.md"
# Measured apart, by `bench.monitoring_evidently`, and kept.
ELSEWHERE = "## Evidently's default rules"
LIMITS = Monitoring()
CALENDAR = Calendar()
POLICY = Policy(
    limits=LIMITS, calendar=CALENDAR, judged={each.name: each for each in LIMITS.metrics(BinaryClassification(), ())}
)
FIRST = date(2020, 1, 1)
PERIODS, FITTED = 24, 12
# Series of stable periods by the largest number of values a period that they are meant for, and of those above.
MANY, SOME, FEW = (25_000, 42), (125_000, 21), 5


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Periods of so many rows and columns of one kind of values; the last `moved` of the columns change by `change`."""

    rows: int
    columns: int
    kind: str
    change: str = "none"

    @property
    def stable_series(self) -> int:
        """How many series of stable periods say enough: 1,008, 504 or 120 periods."""
        return next((count for most, count in (MANY, SOME) if self.rows * self.columns <= most), FEW)

    @property
    def changed_series(self) -> int:
        """How many series show how late a change is told."""
        return 20 if self.rows <= 1000 else 10

    @property
    def values(self) -> Callable[[np.random.Generator], Floats]:
        """One period, shape (rows, columns)."""
        shape = (self.rows, self.columns)
        kinds: dict[str, Callable[[np.random.Generator], Floats]] = {
            "normal": lambda random: random.normal(size=shape),
            "heavy tail": lambda random: random.standard_t(3, shape),
            "few values": lambda random: random.poisson(0.7, shape).astype(float),
            "clusters of 10": lambda random: np.repeat(random.normal(size=(self.rows // 10, self.columns)), 10, axis=0),
            # Half of each row is the row before it: first order, with variance 1.
            "autocorrelated": lambda random: np.asarray(
                signal.lfilter([0.75**0.5], [1, -0.5], random.normal(size=shape), 0)
            ),
        }
        return kinds[self.kind]


def moved(values: Floats, change: str, period: int) -> Floats:
    """The first column moves: by standard deviations, by `period` times 0.02 of one, or it is wider."""
    if change == "none":
        return values
    column = values[:, 0]
    kind, size = change.split()
    values[:, 0] = (
        column * float(size) if kind == "wider" else column + float(size) * (period + 1 if kind == "trend" else 1)
    )
    return values


@dataclass(frozen=True, kw_only=True)
class Period:
    """What each rule says of one period."""

    ours: bool
    psi: bool
    ks: bool
    corrected: bool


def series(cell: Cell, random: np.random.Generator) -> list[Period]:
    """Two years of periods after a reference of one; what each rule says of each."""
    fitted = np.vstack([cell.values(random) for _ in range(FITTED)])
    of_period = pd.Series(np.repeat(np.arange(FITTED), cell.rows))
    # More rows than this make no difference to a period's verdict, and the bench slow.
    kept = slice(0, max(20_000, FITTED * 500))
    columns = (
        reference(f"column_{number}", pd.Series(fitted[kept, number]), of_period[kept])
        for number in range(cell.columns)
    )
    before = list(together({each.column: each for each in columns}).values())
    seen, said = [], []
    for period in range(PERIODS):
        values = moved(cell.values(random), cell.change, period)
        judged, metrics = _judged(before, values, CALENDAR.add(FIRST, period))
        seen += metrics
        said.append(judged)
    told = {each.period for each in lasting(seen, POLICY) if each.verdict is Verdict.BREACH}
    return [replace(each, ours=each.ours or CALENDAR.add(FIRST, at) in told) for at, each in enumerate(said)]


def _judged(before: list[Reference], values: Floats, at: date) -> tuple[Period, list[Metric]]:
    sizes = {"psi": LIMITS.psi.act, "ks": LIMITS.ks.act}
    tests, metrics = [], []
    for number, column in enumerate(before):
        known = pd.Series(values[:, number])
        ks = kolmogorov(column.ordered, values[:, number], column.dispersion)
        shares = histograms(column.counts, column.histogram(known), column.dispersion)
        tests.append({each.metric: each for each in (*shares, ks) if each.metric in sizes})
        metrics += [_metric(column.column, shift, at) for shift in shifts(column, known)]
    cutoff = false_discoveries([each.chance for found in tests for each in found.values()], LIMITS.chance_of_columns)
    ours = any(each.value > max(sizes[name], each.bound(cutoff)) for found in tests for name, each in found.items())
    chances = [
        float(stats.kstwobign.sf(found["ks"].value / _root(column, values)))
        for found, column in zip(tests, before, strict=True)
    ]
    corrected = bool((stats.false_discovery_control(chances) <= 0.05).any())
    psi = any(found["psi"].value > 0.1 for found in tests)
    return Period(ours=ours, psi=psi, ks=min(chances) < 0.05, corrected=corrected), metrics


def _root(column: Reference, values: Floats) -> float:
    return float((1 / column.rows + 1 / len(values)) ** 0.5)


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


def runs(cell: Cell, count: int) -> Iterator[list[Period]]:
    """So many seeded series."""
    random = np.random.default_rng(20_260)
    return (series(cell, random) for _ in range(count))


def false_alarms(cell: Cell, found: list[Period]) -> str:
    """A row of the first table."""
    ours = [each.ours for each in found]
    cells = [_share(begun(ours)), f"{sum(ours)}"]
    cells += [f"{np.mean([getattr(each, rule) for each in found]):.1%}" for rule in ("psi", "ks", "corrected")]
    return f"| {cell.kind} | {cell.rows:,} | {cell.columns} | {len(found):,} | {' | '.join(cells)} |"


def begun(ours: list[bool]) -> list[bool]:
    """Whether an alarm begins in each period: a breach, and none in the period of the series before it."""
    return [now and (at % PERIODS == 0 or not ours[at - 1]) for at, now in enumerate(ours)]


def _share(happened: list[bool]) -> str:
    rate = Rate(rows=len(happened), rate=float(np.mean(happened)))
    lower, upper = bounds(rate, 0.025)
    return f"{sum(happened)}: {rate.rate:.2%} ({lower:.2%}..{upper:.2%})"


def stable_periods(cell: Cell, count: int) -> list[Period]:
    """The periods of so many series."""
    return [period for each in runs(cell, count) for period in each]


def delays(cell: Cell, count: int) -> str:
    """A row of the second table."""
    found = list(runs(cell, count))
    cells = [_delay([[getattr(each, rule) for each in one] for one in found]) for rule in ("ours", "psi")]
    return f"| {cell.change} | {cell.rows:,} | {cell.columns} | {len(found)} | {' | '.join(cells)} |"


def _delay(told: list[list[bool]]) -> str:
    first = sorted(next((at for at, each in enumerate(one, 1) if each), PERIODS + 1) for one in told)
    middle, by_six = first[len(first) // 2], np.mean([each <= 6 for each in first])
    return f"{'never' if middle > PERIODS else middle} ({by_six:.0%} by the 6th)"


def ranking(area_now: float, rows: int, count: int) -> str:
    """A row of the third table: ROC AUC promised 0.78 by a hold-out of 6,000; a fifth comes true."""
    random, monitor = np.random.default_rng(7), problem_of(BinaryClassification()).monitors()[0]
    first = []
    for _ in range(count):
        promised, seen = area(*_scores(random, 0.78, 6000)), []
        for period in range(PERIODS):
            figure = area(*_scores(random, area_now, rows))
            bound = Bounds(limit=monitor.declared.limit, chance=LIMITS.false_alarms_per_period, promised=promised)
            found = monitor.judge(figure, bound)  # type: ignore[attr-defined]
            at = CALENDAR.add(FIRST, period)
            seen.append(Metric(period=at, model_version=1, in_training=False, **vars(found)))
        both = [*seen, *lasting(seen, POLICY)]
        first.append(sorted({each.period for each in both if each.verdict is Verdict.BREACH}))
    if area_now == 0.78:
        alarmed = sum(bool(each) for each in first)
        return (
            f"| 0.78 (steady) | {rows:,} | {count} | {alarmed} series, {alarmed * 360 / count / PERIODS:.1f} in 360 |"
        )
    told = [[CALENDAR.add(FIRST, period) in each for period in range(PERIODS)] for each in first]
    return f"| {area_now:.2f} | {rows:,} | {count} | {_delay(told)} |"


def _scores(random: np.random.Generator, wanted: float, rows: int) -> tuple[Floats, Floats]:
    """Labels and scores that rank as wanted: two normals that lie sqrt(2) times the quantile of it apart."""
    labels = (random.random(rows) < 0.2).astype(float)
    apart = 2**0.5 * float(stats.norm.ppf(wanted))
    return labels, np.asarray(stats.norm.cdf(random.normal(size=rows) + apart * labels))


STABLE = (
    *(Cell(rows=rows, columns=columns, kind="normal") for rows in (200, 1000, 5000) for columns in (5, 25)),
    *(
        Cell(rows=1000, columns=25, kind=kind)
        for kind in ("heavy tail", "few values", "autocorrelated", "clusters of 10")
    ),
    Cell(rows=200, columns=100, kind="normal"),
    Cell(rows=1000, columns=100, kind="normal"),
    Cell(rows=50_000, columns=5, kind="normal"),
)
INDEPENDENT = ("normal", "heavy tail", "few values")
KINDS = (*INDEPENDENT, "autocorrelated", "clusters of 10")
CHANGES = ("shift 0.1", "shift 0.2", "shift 0.3", "shift 0.5", "trend 0.02", "wider 1.25")
MOVED = tuple(Cell(rows=rows, columns=25, kind="normal", change=change) for rows in (1000, 5000) for change in CHANGES)


def page() -> Iterator[str]:
    """The lines of the page."""
    yield "# How often monitoring is wrong"
    yield "Written by `python -m bench.monitoring_errors`. " + measured_on()
    yield ""
    yield (
        "Generated periods are judged by the job's rules for columns: PSI and KS beyond their limits and "
        "beyond chance, and sums over periods. Each series is two years of months after a reference of one year (at "
        "most 20,000 rows of it). The declared rate is one period in 1,000 over all columns "
        "(`false_alarms_per_period`): a quarter of it for what a period shows alone, the rest for what adds up."
    )
    yield "\n## False alarms: stable periods\n"
    yield (
        "An alarm begins in a period with a breach that follows a period without one: a sum stays high for "
        "some periods, which is one alarm. Its interval is Wilson's. For comparison, common rules, by periods: PSI "
        "over 0.1 in any column, KS at 0.05 in any column, and KS corrected over the columns (Benjamini & Hochberg "
        "at 0.05).\n"
    )
    yield (
        "A cell whose lower end is above 0.1 % breaks the declared rate. Single cells have too few periods to "
        "show that it holds; the last lines add up the cells of independent rows, and all cells: their upper end "
        "should be at most twice the declared rate.\n"
    )
    yield "| values | rows | columns | periods | our alarms | periods in breach | PSI > 0.1 | KS 0.05 | KS corrected |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    stable = {cell: stable_periods(cell, cell.stable_series) for cell in STABLE}
    yield from (false_alarms(cell, found) for cell, found in stable.items())
    for title, kinds in (("independent rows", INDEPENDENT), ("all", KINDS)):
        every = [period.ours for cell, found in stable.items() if cell.kind in kinds for period in found]
        yield f"| {title} | | | {len(every):,} | {_share(begun(every))} | {sum(every)} | | | |"
    yield from part()
    yield "\n## Delay: one column of 25 changes in the first period\n"
    yield "Months until half of the series tell the change, and the share of series that tell it by the 6th month.\n"
    yield "| change (standard deviations) | rows | columns | series | ours | PSI > 0.1 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for cell in MOVED:
        yield delays(cell, cell.changed_series)
    yield "\n## Performance: ROC AUC promised 0.78 by 6,000 rows\n"
    yield (
        "Labelled months until the loss is reported, by one period or by the sum; one false alarm in 1,000 months is "
        "declared for each of the two.\n"
    )
    yield "| ROC AUC | rows | series | reported |"
    yield "| --- | --- | --- | --- |"
    for now, rows in ((0.78, 1000), (0.74, 1000), (0.74, 500), (0.70, 1000), (0.74, 5000)):
        yield ranking(now, rows, 200 if rows < 5000 else 60)


def main() -> None:
    """Run all cells and write the page, or one cell and print it."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--cell", help="rows,columns,kind[,change]: run and print this one alone")
    flags.add_argument("--series", type=int, help="how many series of the one cell")
    given = flags.parse_args()
    began = time.monotonic()
    if given.cell:
        rows, columns, kind, *change = given.cell.split(",")
        cell = Cell(rows=int(rows), columns=int(columns), kind=kind, change=change[0] if change else "none")
        count = given.series or (cell.changed_series if change else cell.stable_series)
        print(delays(cell, count) if change else false_alarms(cell, stable_periods(cell, count)))
    else:
        lines = [*page(), "", f"Run time: {time.monotonic() - began:.0f} s."]
        elsewhere = section_of(ELSEWHERE, PAGE)
        PAGE.write_text("\n".join([*lines, *(["", elsewhere.rstrip()] if elsewhere else [])]) + "\n", encoding="utf-8")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
