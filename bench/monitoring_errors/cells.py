"""The drawn data: cells of periods with a number of rows and columns of one kind of values, stable or changed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

Floats = npt.NDArray[np.float64]
# A reference of 12 months, if a cell has no other; then two years of stable periods, or one of changed ones.
FITTED, STABLE_PERIODS, CHANGED_PERIODS = 12, 24, 12
# Series of stable periods, by the largest number of values per period that they apply to, and for larger cells.
_SERIES = ((5_000, 84), (25_000, 42), (125_000, 21))
_FEW = 5
# A part of a cell draws about this many values per period over all its series, so that it finishes soon.
_VALUES_OF_PART = 250_000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Periods with a number of rows and columns of one kind of values; the first column changes by `change`.

    `fitted`: the number of periods of the reference.
    """

    rows: int
    columns: int
    kind: str
    change: str = "none"
    fitted: int = FITTED

    @classmethod
    def named(cls, name: str) -> "Cell":
        """The cell of that `name`."""
        rows, columns, kind, *more = name.split(",")
        change, fitted = (*more, *("none", str(FITTED))[len(more) :])
        return cls(rows=int(rows), columns=int(columns), kind=kind, change=change, fitted=int(fitted))

    @property
    def name(self) -> str:
        """The cell in the format of `--cell`."""
        of_reference = () if self.fitted == FITTED else (str(self.fitted),)
        known = (str(self.rows), str(self.columns), self.kind, *(() if self.is_stable else (self.change,)))
        return ",".join((*known, *of_reference))

    @property
    def is_stable(self) -> bool:
        """Whether nothing changes."""
        return self.change == "none"

    @property
    def periods(self) -> int:
        """The number of periods of a series, after those of the reference."""
        return STABLE_PERIODS if self.is_stable else CHANGED_PERIODS

    @property
    def series(self) -> int:
        """The number of series: at least 500 stable periods, 120 for large cells; more for the trend to detect, and
        twice as many for dependent rows, which have few cells.
        """
        if not self.is_stable:
            return 10 if self.rows > 1000 else 150 if self.change.startswith("trend") else 20
        usual = next((count for most, count in _SERIES if self.rows * self.columns <= most), _FEW)
        return usual if self.kind in INDEPENDENT else 2 * usual

    @property
    def of_part(self) -> int:
        """The number of series per part."""
        return min(self.series, max(1, _VALUES_OF_PART // (self.rows * self.columns)))

    def draw(self, random: np.random.Generator) -> Floats:
        """One period, shape (rows, columns)."""
        return KINDS[self.kind](random, self.rows, self.columns)


def _clustered(random: np.random.Generator, rows: int, columns: int) -> Floats:
    return np.repeat(random.normal(size=(rows // 10, columns)), 10, axis=0)


def _autocorrelated(random: np.random.Generator, rows: int, columns: int) -> Floats:
    """Half of each row is the row before it: first order, with variance 1."""
    return np.asarray(signal.lfilter([0.75**0.5], [1, -0.5], random.normal(size=(rows, columns)), 0))


INDEPENDENT: dict[str, Callable[[np.random.Generator, int, int], Floats]] = {
    "normal": lambda random, rows, columns: random.normal(size=(rows, columns)),
    "heavy tail": lambda random, rows, columns: random.standard_t(3, (rows, columns)),
    "few values": lambda random, rows, columns: random.poisson(0.7, (rows, columns)).astype(float),
}
KINDS = {**INDEPENDENT, "autocorrelated": _autocorrelated, "clusters of 10": _clustered}


def moved(values: Floats, change: str, period: int) -> Floats:
    """Changes the first column: by standard deviations, by a fixed amount more every period, or in its spread."""
    if change == "none":
        return values
    kind, size = change.split()
    column = values[:, 0]
    grown = float(size) * (period + 1 if kind == "trend" else 1)
    values[:, 0] = column * float(size) if kind == "wider" else column + grown
    return values


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
CHANGES = ("shift 0.1", "shift 0.2", "shift 0.3", "shift 0.5", "trend 0.02", "wider 1.25")
CHANGED = (
    *(Cell(rows=rows, columns=25, kind="normal", change=change) for rows in (1000, 5000) for change in CHANGES),
    # Two years: how soon a trend is found depends on how well its start is known.
    Cell(rows=1000, columns=25, kind="normal", change="trend 0.02", fitted=24),
)
