"""Error rates of the sliding comparison: `python -m bench.monitoring_errors.sliding` rewrites its section of the page.

`--cell rows,columns,kind[,change]` prints one cell. Each piece is saved when it ends; `--seconds` starts no further
piece after that time, and the next run continues.
"""

import argparse
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from bench.monitoring_errors import columns, pieces
from bench.monitoring_errors.cells import Cell, Floats
from bench.monitoring_errors.columns import CALENDAR, FIRST
from bench.monitoring_errors.page import PAGE, SLIDING
from bench.monitoring_errors.pieces import Measured, Piece
from bench.monitoring_errors.told import begun, share
from bench.page import measured_on, put
from ml.monitoring.drift import Reference, reference
from ml.monitoring.lasting import lasting
from ml.problems.finding import Verdict

BENCH = "monitoring-errors-sliding"
PERIODS = 3
LIMITS = replace(columns.LIMITS, sliding_periods=PERIODS)
_POLICY = replace(columns.POLICY, limits=LIMITS)
# A trend that the training data tells from the fourth period on at the latest, and a jump in the eighth.
_TREND, _JUMP_AT = 0.1, 7
STABLE = (
    Cell(rows=200, columns=5, kind="normal"),
    Cell(rows=200, columns=25, kind="normal"),
    Cell(rows=1000, columns=5, kind="heavy tail"),
    Cell(rows=1000, columns=5, kind="autocorrelated"),
    Cell(rows=1000, columns=5, kind="clusters of 10"),
)
CHANGED = tuple(
    Cell(rows=rows, columns=5, kind="normal", change=f"jump {size}") for rows in (500, 2000) for size in (0.5, 0.8, 1.2)
)
_SERIES = {cell: 84 if cell.columns == 5 else 21 for cell in STABLE} | dict.fromkeys(CHANGED, 20)
_OF_PART = 21

# Of each period of a series: whether it is in breach against the training data, and against the periods before it.
Said = Sequence[Sequence[tuple[bool, bool]]]


def part(cell: Cell, number: int, count: int) -> list[list[tuple[bool, bool]]]:
    """A number of series of a cell, different in each part."""
    random = np.random.default_rng([20_262, number])
    return [series(cell, random) for _ in range(count)]


def series(cell: Cell, random: np.random.Generator) -> list[tuple[bool, bool]]:
    """The verdicts of both comparisons on each period, after a reference of a year and three further stable periods."""
    before = list(columns.fitted(cell, random))
    newest = deque((cell.draw(random) for _ in range(PERIODS)), PERIODS)
    seen, said = [], []
    for period in range(cell.periods):
        values = np.sort(_changed(cell, cell.draw(random), period), axis=0)
        at = CALENDAR.add(FIRST, period)
        trained, metrics = columns.judged(before, values, at, LIMITS)
        against = [_just_before(fitted, newest, place) for place, fitted in enumerate(before)]
        slid, _ = columns.judged(against, values, at, LIMITS)
        seen += metrics
        said.append((trained.ours, slid.ours))
        newest.append(values)
    told = {each.period for each in lasting(seen, _POLICY) if each.verdict is Verdict.BREACH}
    return [(alone or CALENDAR.add(FIRST, at) in told, slid) for at, (alone, slid) in enumerate(said)]


def _just_before(fitted: Reference, newest: Sequence[Floats], place: int) -> Reference:
    """As `ml/monitoring/monitors/sliding.py` prepares it."""
    values = np.concatenate([each[:, place] for each in newest])
    return replace(reference(fitted.column, pd.Series(values)), dispersion=fitted.dispersion)


def _changed(cell: Cell, values: Floats, period: int) -> Floats:
    if not cell.is_stable:
        size = float(cell.change.removeprefix("jump "))
        values[:, 0] += _TREND * (period + 1) + (size if period >= _JUMP_AT else 0.0)
    return values


def all_pieces() -> Iterator[Piece]:
    """One for each part of each cell."""
    for cell in (*STABLE, *CHANGED):
        for number, first in enumerate(range(0, _SERIES[cell], _OF_PART)):
            measure = partial(part, cell, number, min(_OF_PART, _SERIES[cell] - first))
            yield Piece(table="sliding", row=cell.name, number=number, measure=measure)


def stable_row(name: str, found: Said) -> str:
    """Alarms that begin by each comparison, and by either."""
    periods = sum(map(len, found))
    rules = ([[rule(each) for each in one] for one in found] for rule in (lambda e: e[0], lambda e: e[1], any))
    return f"| {name} | {periods:,} | {' | '.join(share(begun(each), periods) for each in rules)} |"


def changed_row(cell: Cell, found: Said) -> str:
    """How many series each comparison has in breach just before the jump, in its period, and three periods later."""
    counts = [
        f"{sum(bool(one[at][rule]) for one in found)}"
        for at in (_JUMP_AT - 1, _JUMP_AT, _JUMP_AT + PERIODS)
        for rule in (0, 1)
    ]
    return f"| {cell.change} | {cell.rows:,} | {len(found)} | {' | '.join(counts)} |"


def section(measured: Measured) -> list[str]:
    """The section of the page."""
    found = measured.rows("sliding")
    every = [one for cell in STABLE for one in found[cell.name]]
    named = {f"{cell.kind} | {cell.rows:,} | {cell.columns}": found[cell.name] for cell in STABLE}
    return [
        SLIDING,
        measured_on(),
        "",
        f"`python -m bench.monitoring_errors.sliding`: with `Monitoring(sliding_periods={PERIODS})` a period is also "
        "compared with the three before it, and both comparisons share the declared rate of one alarm in "
        f"{1 / LIMITS.false_alarms_per_period:.0f} periods. Stable series of two years:",
        "",
        "| values | rows | columns | periods | alarms against training data | against the 3 before | by either |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(stable_row(name, of) for name, of in named.items()),
        stable_row("all | | ", every),
        "",
        f"One column of 5 moves by {_TREND} standard deviations every month, and in the {_JUMP_AT + 1}th it jumps "
        "as well. The number of series in breach: training data tell the trend and cannot tell the jump from it; the "
        "months before tell the jump alone, until they are all later than it.",
        "",
        "| change | rows | series | before the jump: training | 3 before | at the jump: training | 3 before | "
        "3 months later: training | 3 before |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(changed_row(cell, found[cell.name]) for cell in CHANGED),
        "",
        f"Run time: {measured.seconds:.0f} s on one core.",
    ]


def main() -> None:
    """As described at the top of the module."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--cell", help="rows,columns,kind[,change]: run and print only this")
    flags.add_argument("--series", type=int, default=20, help="number of series of that cell")
    flags.add_argument("--seconds", type=float, default=float("inf"), help="start no piece after so many seconds")
    given, began = flags.parse_args(), time.monotonic()
    if given.cell:
        cell = Cell.named(given.cell)
        found = part(cell, 0, given.series)
        print(stable_row(cell.name, found) if cell.is_stable else changed_row(cell, found))
    elif measured := pieces.measured(BENCH, list(all_pieces()), given.seconds):
        put(section(measured), PAGE)
        pieces.forget(BENCH)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
