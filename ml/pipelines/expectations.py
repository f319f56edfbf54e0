"""Expectations of a dataset, as decorators of its query function: Lakeflow's, or an equivalent on open-source Spark.

Open-source Spark's pipelines (4.1) have no expectations. There, rows to drop are filtered out, a row that must fail
the update fails its query, and nothing is counted.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

Query = Callable[[], DataFrame]
# A decorator for named conditions: it decides on rows that do not meet them.
_Rule = Callable[[DataFrame, str, str], DataFrame]


def counted(conditions: Mapping[str, str]) -> Callable[[Query], Query]:
    """Rows that do not meet a condition stay, and are counted in the pipeline's event log."""
    return _lakeflow("expect_all", conditions) or (lambda query: query)


def kept(conditions: Mapping[str, str]) -> Callable[[Query], Query]:
    """Rows that do not meet a condition are dropped and counted."""
    return _lakeflow("expect_all_or_drop", conditions) or _applied(_filtered, conditions)


def required(conditions: Mapping[str, str]) -> Callable[[Query], Query]:
    """A row that does not meet a condition fails the update: nothing of the dataset is written."""
    return _lakeflow("expect_all_or_fail", conditions) or _applied(_refused, conditions)


def _lakeflow(name: str, conditions: Mapping[str, str]) -> Callable[[Query], Query] | None:
    # The module exists only inside a pipeline.
    declared = getattr(import_module("pyspark.pipelines"), name, None)
    return None if declared is None else declared(dict(conditions))


def _applied(rule: _Rule, conditions: Mapping[str, str]) -> Callable[[Query], Query]:
    def decorate(query: Query) -> Query:
        @wraps(query)
        def asked() -> DataFrame:
            rows = query()
            for name, condition in conditions.items():
                rows = rule(rows, name, condition)
            return rows

        return asked

    return decorate


def _filtered(rows: DataFrame, _: str, condition: str) -> DataFrame:
    return rows.where(condition)


def _refused(rows: DataFrame, name: str, condition: str) -> DataFrame:
    stop = F.raise_error(F.lit(f"a row does not meet the expectation {name}: {condition}")).cast("boolean")
    return rows.where(F.when(F.expr(condition), F.lit(True)).otherwise(stop))
