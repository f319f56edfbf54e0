"""Data that a feature reads besides its event's own row: earlier rows in windows, and the row of a dimension.

A declaration cannot leak: a window never holds the event's own period, a row counts only if it became known before that
period, and a dimension row only from its first day on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.table import Table

TIMES = ("date", "timestamp")


class Aggregate(StrEnum):
    """How a window aggregates rows. `TREND` is the least-squares slope per period; `LAST` the newest row's value."""

    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    STDDEV = "stddev"
    DISTINCT = "distinct"
    LAST = "last"
    TREND = "trend"


# What these give for no rows at all is a number; all others give null.
COUNTS = (Aggregate.COUNT, Aggregate.DISTINCT)


@dataclass(frozen=True, kw_only=True)
class Past:
    """`periods` whole periods of the use case's calendar, ending `skip` periods before the event's own period."""

    periods: int
    skip: int = 0

    def __post_init__(self) -> None:
        require(
            f"past of {self.periods} period(s)",
            [
                None if self.periods >= 1 else f"periods is {self.periods}: give 1 or more",
                None
                if self.skip >= 0
                else f"skip is {self.skip}, so the window would see the event's own period or later: give 0 or more",
            ],
        )


@dataclass(frozen=True, kw_only=True)
class History:
    """The rows of `table` before an event that match it in the columns `on`.

    Attributes:
        time: the column that says in which period a row happened.
        known_from: the column that says when it became known; left out, in the period in which it happened.
        optional: whether the use case also runs without any row of it; its features are then null.
        use_case: whose table it is; None for the use case's own.
    """

    table: Table
    on: tuple[str, ...]
    time: str
    known_from: str | None = None
    optional: bool = False
    use_case: str | None = None

    def __post_init__(self) -> None:
        require(
            f"history of {self.table.name!r}",
            [*_absent(self.table, self.on), *_no_times(self.table, self.times), _no_columns(self.on)],
        )

    @property
    def times(self) -> tuple[str, ...]:
        """`time` and `known_from`."""
        return (self.time,) if self.known_from is None else (self.time, self.known_from)


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """The newest row of `table` that was valid at an event and matches it in the columns `on`.

    A row is valid from `valid_from` (included) until `valid_until` (not included; null or left out: for good), and for
    no more than `max_age_days`; with `known_from` it also counts only from that time on. `optional` and `use_case` are
    as in `History`. A feature table is a dimension whose
    rows are valid from its event time on, so features of other tables and other use cases are used by name.
    """

    table: Table
    on: tuple[str, ...]
    valid_from: str
    valid_until: str | None = None
    known_from: str | None = None
    max_age_days: int | None = None
    optional: bool = False
    use_case: str | None = None

    def __post_init__(self) -> None:
        age = self.max_age_days
        require(
            f"dimension {self.table.name!r}",
            [
                *_absent(self.table, self.on),
                *_no_times(self.table, self.times),
                _no_columns(self.on),
                None if age is None or age > 0 else f"max_age_days is {age}: give 1 or more, or leave it out",
            ],
        )

    @property
    def times(self) -> tuple[str, ...]:
        """The columns of when a row is valid and known."""
        return tuple(name for name in (self.valid_from, self.valid_until, self.known_from) if name is not None)


@dataclass(frozen=True, kw_only=True)
class Window:
    """`aggregate` of a feature's expression over the rows of `history` in `past`."""

    history: History
    aggregate: Aggregate
    past: Past


def lag(history: History, periods: int = 1) -> Window:
    """The value of the period `periods` before the event's own."""
    return Window(history=history, aggregate=Aggregate.LAST, past=Past(periods=1, skip=periods - 1))


def _absent(table: Table, names: tuple[str, ...]) -> Iterator[str]:
    columns = [column.name for column in table.columns]
    yield from (f"{name!r} is not a column: it has {columns}" for name in names if name not in columns)


def _no_times(table: Table, names: tuple[str, ...]) -> Iterator[str]:
    types = {column.name: column.type for column in table.columns}
    for name in names:
        if types.get(name) not in TIMES:
            yield f"{name!r} is {types.get(name, 'no column')}: name a date or a timestamp"


def _no_columns(on: tuple[str, ...]) -> str | None:
    return None if on else "it joins on nothing: name at least one column"
