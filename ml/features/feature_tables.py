"""Feature tables by difference: only the events that changed, or whose windows or dimensions did."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import reduce
from hashlib import sha256

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Calendar, Dimension, Feature, FeatureTable, History, Table
from ml.features.frames import feature_rows, require_usable
from ml.features.news import RULES, News, pinned
from ml.features.windows import period_sql, reach
from ml.parameters import Common
from ml.tables import Tables, Written
from ml.tables.changes import Changes, keys


def decides(table: FeatureTable, calendar: Calendar, copies: Sequence[Table] = ()) -> str:
    """Changes only with settings that decide a row's content: comments and owners do not count."""
    copied = [[copy.name, *(column.name for column in copy.columns)] for copy in copies]
    heads = [RULES, table.name, table.source.name, table.keys, table.event_time, asdict(calendar), copied]
    return sha256(json.dumps([*heads, *map(_decides, table.features)]).encode()).hexdigest()


def _decides(feature: Feature) -> list[object]:
    window, reads = feature.window, feature.reads
    over = None if window is None else [window.aggregate, asdict(window.past)]
    other = None if reads is None else vars(reads) | {"table": [reads.table.name, reads.table.keys]}
    return [feature.name, feature.expression, feature.type, feature.null_meaning is None, over, other]


def full_name_of(task: Common, other: History | Dimension) -> str:
    """The table that a feature reads, in this task's catalog."""
    return other.table.full_name(task.catalog, other.use_case or task.use_case.name)


def present(tables: Tables, task: Common, declared: FeatureTable) -> list[str]:
    """The other tables that features read, without optional ones that are missing or empty."""
    return [
        name
        for name, other in {full_name_of(task, other): other for other in declared.reads}.items()
        if not other.optional or (tables.exists(name) and not tables.read(name).isEmpty())
    ]


@dataclass(frozen=True, kw_only=True)
class Features:
    """One feature table, the `copies` that hold some of its columns, and how they are written for `Building`."""

    tables: Tables
    task: Common
    declared: FeatureTable
    copies: Sequence[Table] = ()

    def whole(self, news: News) -> Written:
        """Compute every row."""
        with self._computed(pinned(self.tables, news, self.source), news) as rows:
            return self._written(
                lambda table: self.tables.replace(table, self._name(table), rows.select(*_names(table)))
            )

    def part(self, news: News) -> Written:
        """Compute the rows that the changes affect; a row whose event is gone is removed."""
        events, heads = pinned(self.tables, news, self.source), self._heads
        found = reduce(DataFrame.union, self._touched(events, news)).distinct()
        with (
            runtime.computed_once(found) as touched,
            self._computed(events.join(touched, heads, "left_semi"), news) as rows,
        ):
            return self._written(
                lambda table: self.tables.replace_part(table, self._name(table), rows.select(*_names(table)), touched)
            )

    def _written(self, write: Callable[[Table], Written]) -> Written:
        """Write the feature table and its copies in parallel; what changed in the feature table."""
        return runtime.side_by_side(write, [self.declared.table, *self.copies])[0]

    @property
    def source(self) -> str:
        """Full name of the table of its events."""
        return self._name(self.declared.source)

    @property
    def target(self) -> str:
        """Full name of the feature table."""
        return self._name(self.declared.table)

    def _name(self, table: Table) -> str:
        return table.full_name(self.task.catalog, self.task.use_case.name)

    @property
    def _heads(self) -> list[str]:
        return [*self.declared.keys, self.declared.event_time]

    @contextmanager
    def _computed(self, events: DataFrame, news: News) -> Iterator[DataFrame]:
        def read(other: History | Dimension) -> DataFrame | None:
            name = full_name_of(self.task, other)
            return pinned(self.tables, news, name) if name in news.reads else None

        built = feature_rows(self.declared, events, read, self.task.use_case.calendar)
        with runtime.computed_once(built) as rows:
            require_usable(self.declared, rows)
            yield rows

    def _touched(self, events: DataFrame, news: News) -> Iterator[DataFrame]:
        """Keys and times of events to compute, including removed ones; an event may appear more than once."""
        own = news.of(self.source)
        if own is not None:
            yield keys(self.tables, own, self._heads)
        for other in self.declared.reads:
            changes = news.of(full_name_of(self.task, other))
            if changes is not None:
                seen_by = self._looks_back if isinstance(other, History) else self._valid_at
                yield seen_by(events, other, changes).select(*self._heads)  # type: ignore[arg-type]

    def _looks_back(self, events: DataFrame, history: History, changes: Changes) -> DataFrame:
        """The events whose longest window over the history contains a period of a changed row."""
        table, calendar = self.declared, self.task.use_case.calendar
        age = F.expr(period_sql(calendar, table.source, table.event_time)) - F.col("_period")
        period = F.expr(period_sql(calendar, history.table, history.time)).alias("_period")
        changed = keys(self.tables, changes, [*history.on, history.time]).select(
            *(F.col(name).alias(f"_on_{name}") for name in history.on), period
        )
        return events.join(changed.distinct(), [*_same(history.on), age.between(1, reach(table, history))], "left_semi")

    def _valid_at(self, events: DataFrame, dimension: Dimension, changes: Changes) -> DataFrame:
        """The events that are not before a changed row of the dimension."""
        first = F.col(dimension.valid_from).alias("_first")
        changed = keys(self.tables, changes, [*dimension.on, dimension.valid_from]).select(
            *(F.col(name).alias(f"_on_{name}") for name in dimension.on), first
        )
        since = F.col(self.declared.event_time) >= F.col("_first")
        return events.join(changed, [*_same(dimension.on), since], "left_semi")


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _same(on: tuple[str, ...]) -> list[Column]:
    return [F.col(name) == F.col(f"_on_{name}") for name in on]
