"""Features and their tables: expressions over a row, over its past, and over a dimension.

Every feature is a function of what was known before the event's own period began, plus the event's row itself:
`histories.py` has what it may read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ml.declarations.errors import require
from ml.declarations.histories import COUNTS, TIMES, Dimension, History, Window
from ml.declarations.table import Column, Layer, Table


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
        """The data it reads besides the event's own row."""
        return self.window.history if self.window else self.dimension

    @property
    def optional(self) -> bool:
        """Whether its source may be missing."""
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
        """Columns to join on that the source lacks, and times that cannot be compared."""
        names = {column.name for column in self.source.columns}
        for other in self.reads:
            strange = [name for name in other.on if name not in names]
            if strange:
                yield f"{other.table.name!r} joins on {strange}, not columns of {self.source.name!r}: name shared ones"
        kind = self.source.column(self.event_time).type
        if kind not in TIMES:
            yield f"event_time {self.event_time!r} is {kind}: declare a date or a timestamp"
