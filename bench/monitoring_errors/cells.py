"""What is drawn: cells of periods of so many rows and columns of one kind of values, stable or changed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

Floats = npt.NDArray[np.float64]
# A reference of a year of months; then stable ones for two years, or changed ones for another.
FITTED, STABLE_PERIODS, CHANGED_PERIODS = 12, 24, 12
# Series of stable periods by the largest number of values a period that they are meant for, and of those above.
_SERIES = ((5_000, 84), (25_000, 42), (125_000, 21))
_FEW = 5
# A part of a cell draws about so many values a period over all its series, so that it is soon done.
_VALUES_OF_PART = 250_000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Periods of so many rows and columns of one kind of values, of which the first column changes by `change`."""

    rows: int
    columns: int
    kind: str
    change: str = "none"

    @property
    def name(self) -> str:
        """As `--cell` takes it."""
        known = (str(self.rows), str(self.columns), self.kind, *(() if self.is_stable else (self.change,)))
        return ",".join(known)

    @property
    def is_stable(self) -> bool:
        """Whether nothing changes."""
        return self.change == "none"

    @property
    def periods(self) -> int:
        """Of a series, after those of the reference."""
        return STABLE_PERIODS if self.is_stable else CHANGED_PERIODS

    @property
    def series(self) -> int:
        """How many say enough: at least 500 stable periods, of large cells 120; more of the trend that must be seen."""
        if not self.is_stable:
            return 10 if self.rows > 1000 else 120 if self.change.startswith("trend") else 20
        return next((count for most, count in _SERIES if self.rows * self.columns <= most), _FEW)

    @property
    def of_part(self) -> int:
        """How many series are measured at once."""
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
    """The first column moves: by standard deviations, by so much of one every period, or it is wider."""
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
CHANGED = tuple(
    Cell(rows=rows, columns=25, kind="normal", change=change) for rows in (1000, 5000) for change in CHANGES
)
