"""Derived tables: a query or a function over frames, with the views that a query names. Spark's pandas API fits too."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module

from pyspark.sql import DataFrame, SparkSession

from ml import runtime
from ml.declarations import Derived, Input
from ml.features.news import RULES, News, pinned
from ml.parameters import Common
from ml.tables import Tables, Written

Function = Callable[[Mapping[str, DataFrame]], DataFrame]


@dataclass(frozen=True, kw_only=True)
class DerivedRows:
    """One derived table and how it is written: what `Building` asks for."""

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
        """Compute every row. Raises TableMismatchError for rows that are not as declared."""
        inputs = {each.table.name: pinned(self.tables, news, self.name_of(each)) for each in self.declared.inputs}
        with (
            derived_rows(self.tables.spark, self.declared, inputs) as found,
            runtime.computed_once(found) as rows,
        ):
            return self.tables.replace(self.declared.table, self.target, rows)


def decides(derived: Derived) -> str:
    """Changes with all that decides its rows: the query, or the source of the function's module, and the columns."""
    code = derived.sql or inspect.getsource(import_module(str(derived.function).partition(":")[0]))
    columns = [[column.name, column.type] for column in derived.table.columns]
    inputs = [[each.table.name, each.use_case] for each in derived.inputs]
    named = [RULES, derived.table.name, derived.table.keys, columns, inputs, derived.function, code]
    return sha256(json.dumps(named).encode()).hexdigest()


@contextmanager
def derived_rows(spark: SparkSession, derived: Derived, inputs: Mapping[str, DataFrame]) -> Iterator[DataFrame]:
    """The rows of a derived table from its inputs by name. They can be read within the block only.

    Raises ImportError or AttributeError for a function that is not there.
    """
    if derived.sql is None:
        yield function(derived)(inputs)
        return
    for name, frame in inputs.items():
        frame.createOrReplaceTempView(name)
    try:
        yield spark.sql(derived.sql)
    finally:
        for name in inputs:
            spark.catalog.dropTempView(name)


def function(derived: Derived) -> Function:
    """The declared function of a derived table."""
    module, _, name = str(derived.function).partition(":")
    found: Function = getattr(import_module(module), name)
    return found
