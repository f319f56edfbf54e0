"""Derived tables: a query or a function over frames, with the views that a query names. The pandas API works too.

A table with a date column is recomputed from the first date that can have changed; any other one completely.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from importlib import import_module

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Derived, Input
from ml.features.news import RULES, News, pinned
from ml.parameters import Common
from ml.tables import Tables, Written
from ml.tables.changes import keys

Function = Callable[..., DataFrame]


@dataclass(frozen=True, kw_only=True)
class DerivedRows:
    """One derived table and how it is written, for `Building`."""

    tables: Tables
    task: Common
    declared: Derived

    @property
    def reads(self) -> list[str]:
        """Full names of its inputs."""
        return [self.name_of(each) for each in self.declared.inputs]

    @property
    def target(self) -> str:
        """Its full name."""
        return self.declared.table.full_name(self.task.catalog, self.task.use_case.name)

    def name_of(self, given: Input) -> str:
        """Full name of an input."""
        return given.table.full_name(self.task.catalog, given.use_case or self.task.use_case.name)

    def whole(self, news: News) -> Written:
        """Compute every row. Raises TableMismatchError for rows that do not match the declaration."""
        with (
            derived_rows(self.tables.spark, self.declared, self._inputs(news)) as found,
            runtime.computed_once(found) as rows,
        ):
            return self.tables.replace(self.declared.table, self.target, rows)

    def part(self, news: News) -> Written:
        """Compute the rows from the first date that the changes may affect. Raises as `whole`."""
        column, first = str(self.declared.since), self._first(news)
        if first is None:
            return self.whole(news)
        with (
            derived_rows(self.tables.spark, self.declared, self._inputs(news), since=first) as found,
            runtime.computed_once(found) as rows,
        ):
            own = self.tables.read(self.target).where(F.col(column) >= F.lit(first)).select(column)
            touched = own.union(rows.select(column)).distinct()
            return self.tables.replace_part(self.declared.table, self.target, rows, touched)

    def _inputs(self, news: News) -> dict[str, DataFrame]:
        return {each.table.name: pinned(self.tables, news, self.name_of(each)) for each in self.declared.inputs}

    def _first(self, news: News) -> date | None:
        """The first date with a row that may be changed or new; None if the table is empty."""
        newest = self.tables.read(self.target).agg(F.max(str(self.declared.since))).collect()[0][0]
        if newest is None:
            return None
        # What comes after the newest row may be due now, though nothing of that date has changed.
        found: list[date] = [newest + timedelta(days=1)]
        for each in self.declared.inputs:
            changes = news.of(self.name_of(each))
            if changes is not None:
                named = str(each.since)
                oldest = keys(self.tables, changes, [named]).agg(F.min(named)).collect()[0][0]
                found += [oldest - timedelta(days=each.ahead_days)] if oldest is not None else []
        return min(found)


def decides(derived: Derived) -> str:
    """Changes with everything that decides its rows: the query or the function's module, and the columns."""
    code = derived.sql or inspect.getsource(import_module(str(derived.function).partition(":")[0]))
    columns = [[column.name, column.type] for column in derived.table.columns]
    inputs = [[each.table.name, each.use_case] for each in derived.inputs]
    named: list[object] = [RULES, derived.table.name, derived.table.keys, columns, inputs, derived.function, code]
    if derived.since is not None:
        named += [derived.since, [[each.since, each.ahead_days, each.behind_days] for each in derived.inputs]]
    return sha256(json.dumps(named).encode()).hexdigest()


@contextmanager
def derived_rows(
    spark: SparkSession, derived: Derived, inputs: Mapping[str, DataFrame], *, since: date | None = None
) -> Iterator[DataFrame]:
    """The rows of a derived table from its inputs by name, from the day `since` on. They can be read within the block.

    Raises ImportError or AttributeError for a function that does not exist.
    """
    if derived.sql is None:
        asked = function(derived)(inputs) if derived.since is None else function(derived)(inputs, since)
        yield _from(asked, derived.since, since)
        return
    for each in derived.inputs:
        first = None if since is None else since - timedelta(days=each.behind_days)
        _from(inputs[each.table.name], each.since, first).createOrReplaceTempView(each.table.name)
    try:
        yield _from(spark.sql(derived.sql), derived.since, since)
    finally:
        for name in inputs:
            spark.catalog.dropTempView(name)


def _from(frame: DataFrame, column: str | None, since: date | None) -> DataFrame:
    """The rows of the day `since` and later; all rows without `since`."""
    return frame if column is None or since is None else frame.where(F.col(column) >= F.lit(since))


def function(derived: Derived) -> Function:
    """The declared function of a derived table."""
    module, _, name = str(derived.function).partition(":")
    found: Function = getattr(import_module(module), name)
    return found
