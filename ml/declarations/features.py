"""Features and the tables they stand in: expressions over a row, over its past, and over a dimension.

Every feature is a function of what was known before the event's own period began, plus the event's row itself. That is
how a declaration cannot leak: a window never holds the event's own period, a row counts only if it became known before
that period, and a dimension row only from its first day on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.table import Column, Layer, Table

_TIMES = ("date", "timestamp")


class Aggregate(StrEnum):
    """What a window makes of its rows. `TREND` is the least-squares slope per period; `LAST` the newest row's value."""

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
    """`periods` whole periods of the use case's calendar, which end `skip` periods before the event's own begins."""

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
    """The rows of `table` that went before an event and agree with it in the columns `on`.

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
    """The row of `table` that was valid at an event and agrees with it in the columns `on`: the newest such one.

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
        """The columns that say when a row is valid and known."""
        return tuple(name for name in (self.valid_from, self.valid_until, self.known_from) if name is not None)


@dataclass(frozen=True, kw_only=True)
class Window:
    """What `aggregate` makes of a feature's expression over the rows of `history` in `past`."""

    history: History
    aggregate: Aggregate
    past: Past


def lag(history: History, periods: int = 1) -> Window:
    """The value of the period that lies `periods` before the event's own."""
    return Window(history=history, aggregate=Aggregate.LAST, past=Past(periods=1, skip=periods - 1))


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature: a Spark SQL expression over one row of the feature table's source.

    With `window` it is over each row of the window's history and then aggregated; with `dimension` over the row that
    was valid at the event. `null_meaning` says why a feature may be null; without it a null fails the features task.
    """

    name: str
    expression: str
    type: str
    comment: str
    unit: str | None = None
    null_meaning: str | None = None
    sensitive: bool = False
    window: Window | None = None
    dimension: Dimension | None = None

    def __post_init__(self) -> None:
        never_null = self.dimension is None and (
            self.window is None or (self.window.aggregate in COUNTS and not self.window.history.optional)
        )
        require(
            f"feature {self.name!r}",
            [
                "it has a window and a dimension: keep one" if self.window and self.dimension else None,
                None
                if never_null or self.null_meaning
                else "it is null if nothing of what it reads is known: say with null_meaning what that means",
            ],
        )

    @property
    def reads(self) -> History | Dimension | None:
        """What it reads beside the event's own row."""
        return self.window.history if self.window else self.dimension

    @property
    def optional(self) -> bool:
        """Whether it comes from a source that may be absent."""
        return self.reads is not None and self.reads.optional

    def as_column(self) -> Column:
        """This feature as a column of its gold table."""
        return Column(
            name=self.name,
            type=self.type,
            comment=self.comment,
            unit=self.unit,
            nullable=self.null_meaning is not None,
            sensitive=self.sensitive,
        )


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """A gold table of features: one row per key and `event_time` (when the values became known).

    Attributes:
        key: the column that names what the features are of; `more_keys` for a composite key.
        max_age_days: a training row whose newest features are older than this has none; None: age does not matter.
    """

    name: str
    source: Table
    key: str
    event_time: str
    features: tuple[Feature, ...]
    owner: str
    comment: str
    more_keys: tuple[str, ...] = ()
    max_age_days: int | None = None

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        doubles = sorted({name for name in names if names.count(name) > 1})
        columns = [column.name for column in self.source.columns]
        absent = [name for name in (*self.keys, self.event_time) if name not in columns]
        age = self.max_age_days
        require(
            f"feature table {self.name!r}",
            [
                f"features {doubles} are declared twice: remove one" if doubles else None,
                f"{absent} are not columns of its source {self.source.name!r}" if absent else None,
                None if age is None or age > 0 else f"max_age_days is {age}: give 1 or more, or leave it out",
                *(None if absent else problem for problem in self._unjoined()),
            ],
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of its key, without the event time."""
        return (self.key, *self.more_keys)

    @property
    def histories(self) -> tuple[History, ...]:
        """Each history that a window reads, once."""
        return tuple(dict.fromkeys(each.window.history for each in self.features if each.window))

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Each dimension that a feature reads, once."""
        return tuple(dict.fromkeys(each.dimension for each in self.features if each.dimension))

    @property
    def reads(self) -> tuple[History | Dimension, ...]:
        """Everything that it reads beside its source."""
        return (*self.histories, *self.dimensions)

    @property
    def table(self) -> Table:
        """The gold table that the features task writes."""
        heads = tuple(self.source.column(name) for name in (*self.keys, self.event_time))
        return Table(
            name=self.name,
            layer=Layer.GOLD,
            columns=heads + tuple(feature.as_column() for feature in self.features),
            keys=(*self.keys, self.event_time),
            owner=self.owner,
            comment=self.comment,
        )

    def as_dimension(self, use_case: str | None = None, *, max_age_days: int | None = None) -> Dimension:
        """This table for features of another table, or of another use case, which join it as of their events."""
        return Dimension(
            table=self.table,
            on=self.keys,
            valid_from=self.event_time,
            max_age_days=max_age_days or self.max_age_days,
            use_case=use_case,
        )

    def _unjoined(self) -> Iterator[str]:
        """Columns to join on that the source has not, and times that cannot be compared."""
        names = {column.name for column in self.source.columns}
        for other in self.reads:
            strange = [name for name in other.on if name not in names]
            if strange:
                yield f"{other.table.name!r} joins on {strange}, not columns of {self.source.name!r}: name shared ones"
        kind = self.source.column(self.event_time).type
        if kind not in _TIMES:
            yield f"event_time {self.event_time!r} is {kind}: declare a date or a timestamp"


def _absent(table: Table, names: tuple[str, ...]) -> Iterator[str]:
    columns = [column.name for column in table.columns]
    yield from (f"{name!r} is not a column: it has {columns}" for name in names if name not in columns)


def _no_times(table: Table, names: tuple[str, ...]) -> Iterator[str]:
    types = {column.name: column.type for column in table.columns}
    for name in names:
        if types.get(name) not in _TIMES:
            yield f"{name!r} is {types.get(name, 'no column')}: name a date or a timestamp"


def _no_columns(on: tuple[str, ...]) -> str | None:
    return None if on else "it joins on nothing: name at least one column"
