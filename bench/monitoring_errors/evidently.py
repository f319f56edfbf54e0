"""False alarms of Evidently's default rules on stable periods of `bench.monitoring_errors`: `make bench-evidently`.

It selects the test of each column and its limit by the size of the reference; it reports which columns have drifted,
and drift of the data set if half of them have. The section of docs/monitoring-errors.md about it is rewritten.
`SECONDS=400` starts no further part after that time; the next run continues.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version

import numpy as np
import pandas as pd

from bench.monitoring_errors import pieces
from bench.monitoring_errors.cells import FITTED, STABLE, STABLE_PERIODS, Cell
from bench.monitoring_errors.page import ELSEWHERE, PAGE
from bench.monitoring_errors.pieces import Measured, Piece
from bench.page import measured_on, put

BENCH = "monitoring-errors-evidently"
# The small cells, and the number of series of each: 216 periods.
SMALL = [cell for cell in STABLE if cell.rows <= 5000 and cell.columns <= 25]
_SERIES = 9


def drifted(before: pd.DataFrame, period: pd.DataFrame) -> int:
    """The number of drifted columns, by the metric behind its preset's verdict."""
    from evidently import Report  # noqa: PLC0415 - of an environment of its own
    from evidently.metrics import DriftedColumnsCount  # noqa: PLC0415

    counted = Report([DriftedColumnsCount()]).run(period, before).dict()["metrics"][0]
    return int(counted["value"]["count"])


def part(cell: Cell, number: int) -> list[int]:
    """Drifted columns of each stable period of one series."""
    random, names = np.random.default_rng([20_260, number]), [f"column_{place}" for place in range(cell.columns)]
    fitted = np.vstack([cell.draw(random) for _ in range(FITTED)])
    before = pd.DataFrame(fitted[: max(20_000, FITTED * 500)], columns=names)
    return [drifted(before, pd.DataFrame(cell.draw(random), columns=names)) for _ in range(STABLE_PERIODS)]


def all_pieces() -> Iterator[Piece]:
    """One for each series of each small cell."""
    for cell in SMALL:
        for number in range(_SERIES):
            yield Piece(table="evidently", row=cell.name, number=number, measure=partial(part, cell, number))


def row(cell: Cell, counts: list[int]) -> str:
    """A row of the table."""
    found = np.array(counts)
    shares = f"{np.mean(found > 0):.1%} | {np.mean(found >= cell.columns / 2):.1%}"
    return f"| {cell.kind} | {cell.rows:,} | {cell.columns} | {len(found)} | {shares} |"


def section(measured: Measured) -> list[str]:
    """The section of the page."""
    found = measured.rows("evidently")
    return [
        ELSEWHERE,
        measured_on(),
        "",
        f"`make bench-evidently`: Evidently {version('evidently')}, its rule for drift as it comes, on stable "
        "periods of the cells of up to 5,000 rows and 25 columns.",
        "",
        "| values | rows | columns | periods | any column drifted | half of the columns drifted |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(cell, found[cell.name]) for cell in SMALL),
        "",
        f"Run time: {measured.seconds:.0f} s on one core.",
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure for so many seconds, and write the section once everything is measured."""
    seconds = float(arguments[0]) if arguments else float("inf")
    measured = pieces.measured(BENCH, list(all_pieces()), seconds)
    if measured:
        put(section(measured), PAGE)
        pieces.forget(BENCH)


if __name__ == "__main__":
    main(sys.argv[1:])
