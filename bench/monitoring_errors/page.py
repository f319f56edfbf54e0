"""docs/monitoring-errors.md: its pieces, and its text once all are measured."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from bench.monitoring_errors import columns, problems, ranking
from bench.monitoring_errors.cells import CHANGED, INDEPENDENT, KINDS, STABLE, Cell
from bench.monitoring_errors.columns import LIMITS
from bench.monitoring_errors.pieces import Measured, Piece
from bench.monitoring_errors.told import begun, delay, share
from bench.page import ROOT, measured_on

PAGE = ROOT / "docs" / "monitoring-errors.md"
# Measured separately, by `bench.monitoring_errors.evidently` and `.sliding`, and kept.
ELSEWHERE = "## Evidently's default rules"
SLIDING = "## Compared with the periods just before, too"
BENCH = "monitoring-errors"
# The tables about answers, which can be measured without those about columns.
OF_ANSWERS = ("problems", "ranking")
# Positions of a period's verdicts.
_OURS, _PSI, _KS, _CORRECTED = range(4)
# The series of a part of the rows about predictions, so that it finishes soon.
_SERIES_OF_PART = 50

Said = Sequence[Sequence[Sequence[bool]]]


def pieces() -> Iterator[Piece]:
    """All pieces of the page."""
    for cell in (*STABLE, *CHANGED):
        yield from pieces_of(cell, cell.series)
    for case in problems.STEADY:
        for number, count in _parts(problems.SERIES, _SERIES_OF_PART):
            measure = partial(problems.part, case, number, count)
            yield Piece(table="problems", row=case.declared.name, number=number, measure=measure)
    for area, rows, series in ranking.LOSSES:
        for number, count in _parts(series, _SERIES_OF_PART):
            measure = partial(ranking.part, area, rows, number, count)
            yield Piece(table="ranking", row=f"{area:.2f} {rows}", number=number, measure=measure)


def pieces_of(cell: Cell, series: int) -> Iterator[Piece]:
    """A number of series of one cell."""
    for number, count in _parts(series, cell.of_part):
        yield Piece(table="columns", row=cell.name, number=number, measure=partial(columns.part, cell, number, count))


def _parts(series: int, most: int) -> Iterator[tuple[int, int]]:
    """The index of each part, and its number of series."""
    return ((number, min(most, series - first)) for number, first in enumerate(range(0, series, most)))


def lines(measured: Measured) -> Iterator[str]:
    """The page without the separately measured section."""
    of_columns = measured.rows("columns")
    yield "# How often monitoring is wrong"
    yield "Written by `python -m bench.monitoring_errors`. " + measured_on()
    yield from _stable(of_columns)
    yield from _of_problems(measured.rows("problems"))
    yield from _changed(of_columns)
    yield from _ranking(measured.rows("ranking"))
    yield ""
    yield f"Run time: {measured.seconds:.0f} s on one core."


def of_answers(measured: Measured) -> tuple[list[str], list[str]]:
    """The two sections about answers, each with its title first, and with the time at which they were measured."""
    sections = [_of_problems(measured.rows("problems")), _ranking(measured.rows("ranking"))]
    (first, *of_problems), (second, *of_ranking) = (list(each) for each in sections)
    took = f"Run time: {measured.seconds:.0f} s on one core, for the two sections about answers."
    return [first.strip(), measured_on(), "", *of_problems], [second.strip(), measured_on(), "", *of_ranking, "", took]


def _stable(found: Mapping[str, Said]) -> Iterator[str]:
    yield ""
    yield (
        "Generated periods are judged by the job's rules for columns: PSI and KS beyond their limits and "
        "beyond chance, and sums over periods. Each series is two years of months after a reference of one year (at "
        f"most 20,000 rows of it). The declared rate is one period in {1 / LIMITS.false_alarms_per_period:.0f} over "
        "all columns (`false_alarms_per_period`): a twentieth of it for what a period shows alone, the rest for what "
        "adds up."
    )
    yield "\n## False alarms: stable periods\n"
    yield (
        "An alarm begins in a period with a breach that follows a period without one: a sum stays high for "
        "some periods, which is one alarm. Its interval is Wilson's. For comparison, common rules, by periods: PSI "
        "over 0.1 in any column, KS at 0.05 in any column, and KS corrected over the columns (Benjamini & Hochberg "
        "at 0.05). Databricks' data profiling writes KS with its p-value and PSI into tables, and gives no verdict: "
        "these columns are what an alert on them would say.\n"
    )
    yield (
        f"A cell whose lower end is above {LIMITS.false_alarms_per_period:.1%} breaks the declared rate. Single cells "
        "have too few periods to show that it holds; the last lines add up the cells of independent rows, and all "
        "cells: their upper end should be at most twice the declared rate. ADR 32 has the autocorrelated cell with 100 "
        "times as many periods.\n"
    )
    yield "| values | rows | columns | periods | our alarms | periods in breach | PSI > 0.1 | KS 0.05 | KS corrected |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from (false_alarms(cell, found[cell.name]) for cell in STABLE)
    for title, kinds in (("independent rows", INDEPENDENT), ("all", KINDS)):
        every = [one for cell in STABLE if cell.kind in kinds for one in _of(_OURS, found[cell.name])]
        periods = sum(map(len, every))
        yield f"| {title} | | | {periods:,} | {share(begun(every), periods)} | {sum(map(sum, every))} | | | |"


def _of(rule: int, series: Said) -> list[list[bool]]:
    """One rule's verdicts."""
    return [[bool(period[rule]) for period in one] for one in series]


def false_alarms(cell: Cell, series: Said) -> str:
    """A row of the first table."""
    ours = _of(_OURS, series)
    periods = sum(map(len, ours))
    others = " | ".join(f"{np.mean(_of(rule, series)):.1%}" for rule in (_PSI, _KS, _CORRECTED))
    told = f"{share(begun(ours), periods)} | {sum(map(sum, ours))} | {others}"
    return f"| {cell.kind} | {cell.rows:,} | {cell.columns} | {periods:,} | {told} |"


def _of_problems(found: Mapping[str, list[list[bool]]]) -> Iterator[str]:
    yield "\n## False alarms about answers, by problem\n"
    yield (
        f"Series of two years of {problems.ROWS:,} rows a month with their outcomes, in which a version keeps what its "
        f"hold-out of {problems.HOLDOUT_ROWS:,} rows promised. Declared is one alarm in "
        f"{1 / LIMITS.false_alarms_per_period:.0f} periods over all metrics with a limit "
        "(`false_alarms_per_period`), of what a period shows alone and of what adds up. The upper end should be at "
        "most twice that. "
        "Regression's errors are those of a t distribution; a forecast's series has its own luck.\n"
    )
    yield "| problem | metrics | periods | declared | our alarms | periods in breach |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (problems.row(case, found[case.declared.name]) for case in problems.STEADY)


def _changed(found: Mapping[str, Said]) -> Iterator[str]:
    yield "\n## Delay: one column of 25 changes in the first period\n"
    yield (
        "Months until half of the series tell the change, of the twelve that are looked at, and the share of series "
        "that tell it by the 6th month. The reference is that many months: the better it knows where a column lay, the "
        "sooner a trend is told from it. The best test of exactly the trend of 0.02 at 1,000 rows, held to the same "
        "chance in every month, finds 89 of 100 by the 6th with a reference of 12 months, and 94 with 24 (ADR 32).\n"
    )
    yield "| change (standard deviations) | rows | columns | reference | series | ours | PSI > 0.1 |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from (delays(cell, found[cell.name]) for cell in CHANGED)


def delays(cell: Cell, series: Said) -> str:
    """A row of the table of delays."""
    told = " | ".join(delay(_of(rule, series)) for rule in (_OURS, _PSI))
    return f"| {cell.change} | {cell.rows:,} | {cell.columns} | {cell.fitted} | {len(series)} | {told} |"


def _ranking(found: Mapping[str, list[list[bool]]]) -> Iterator[str]:
    yield f"\n## Performance: ROC AUC promised {ranking.PROMISED:.2f} by {ranking.HOLDOUT_ROWS:,} rows\n"
    yield (
        "Labelled months until the loss is reported, by one period, by the average or by the sum. Of a steady "
        "version at most one month in 360 (0.28 %) may begin an alarm.\n"
    )
    yield "| ROC AUC | rows | series | reported |"
    yield "| --- | --- | --- | --- |"
    yield from (ranking.row(area, rows, found[f"{area:.2f} {rows}"]) for area, rows, _ in ranking.LOSSES)
