"""How often Evidently's default rules are wrong on stable periods of `bench.monitoring_errors`: `make bench-evidently`.

Its test of each column and its limit follow from the size of the reference; it says which columns have drifted, and
that the data set has if half of them have. The section of docs/monitoring-errors.md about it is rewritten.
Databricks' profile monitors write tables of PSI, KS and others and give no verdict, so that there is no rule to try.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version

import numpy as np
import pandas as pd

from bench.monitoring_errors import ELSEWHERE, FITTED, PAGE, PERIODS, STABLE, Cell
from bench.page import measured_on, put

# The largest of the small cells, in values a period, and the series of each: 216 periods.
_SMALL, _SERIES = 125_000, 9


def drifted(before: pd.DataFrame, period: pd.DataFrame) -> int:
    """How many columns have drifted, by the metric that its preset's verdict is made of."""
    from evidently import Report  # noqa: PLC0415 - of an environment of its own
    from evidently.metrics import DriftedColumnsCount  # noqa: PLC0415

    counted = Report([DriftedColumnsCount()]).run(period, before).dict()["metrics"][0]
    return int(counted["value"]["count"])


def periods(cell: Cell, series: int) -> Iterator[int]:
    """Drifted columns of each stable period."""
    random, names = np.random.default_rng(20_260), [f"column_{number}" for number in range(cell.columns)]
    for _ in range(series):
        fitted = np.vstack([cell.values(random) for _ in range(FITTED)])
        before = pd.DataFrame(fitted[: max(20_000, FITTED * 500)], columns=names)
        for _ in range(PERIODS):
            yield drifted(before, pd.DataFrame(cell.values(random), columns=names))


def row(cell: Cell, series: int) -> str:
    """A row of the table."""
    found = np.array(list(periods(cell, series)))
    shares = f"{np.mean(found > 0):.1%} | {np.mean(found >= cell.columns / 2):.1%}"
    return f"| {cell.kind} | {cell.rows:,} | {cell.columns} | {len(found)} | {shares} |"


def section(series: int) -> list[str]:
    """The section of the page."""
    small = [cell for cell in STABLE if cell.rows * cell.columns <= _SMALL]
    return [
        ELSEWHERE,
        measured_on(),
        "",
        f"`make bench-evidently`: Evidently {version('evidently')}, its rule for drift as it comes, on stable "
        "periods of the small cells. Databricks' profile monitors write PSI, KS and others into tables, no verdict.",
        "",
        "| values | rows | columns | periods | any column drifted | half of the columns drifted |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(cell, series) for cell in small),
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure and write; another number of series may be named."""
    put(section(*map(int, arguments)) if arguments else section(_SERIES), PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
