"""Feature and outcome rows from silver. Pure frames."""

from collections.abc import Callable

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Dimension, Feature, FeatureTable, History
from ml.features import windows


class NullFeatureError(ValueError):
    """A feature that may not be null is null or not a finite number."""


# What a use case counts in if it declares no calendar.
_USUAL = Calendar()
# How a history or a dimension is read; None if it is optional and there is nothing of it.
Reader = Callable[[History | Dimension], DataFrame | None]


def feature_rows(
    table: FeatureTable, source: DataFrame, read: Reader | None = None, calendar: Calendar = _USUAL
) -> DataFrame:
    """One row per row of `source`: keys, event time and every declared feature, as known when the event's period began.

    `read` is needed for features with a window or a dimension. A feature of a source that is not there is null.
    """
    heads = [*table.keys, table.event_time]
    rows = source.select(*heads, *(_of_row(each) for each in table.features if each.reads is None))
    absent = []
    for other in table.reads:
        found = read(other) if read else None
        if found is None:
            absent.append(other)
            continue
        joined = (
            windows.with_history(table, source, other, found, calendar)
            if isinstance(other, History)
            else windows.with_dimension(table, source, other, found)
        )
        rows = rows.join(joined, on=heads, how="left")
    return rows.select(*heads, *(_settled(each, there=each.reads not in absent) for each in table.features))


def _of_row(feature: Feature) -> SparkColumn:
    return F.expr(feature.expression).alias(feature.name)


def _settled(feature: Feature, *, there: bool) -> SparkColumn:
    """A feature's column; null throughout if its source is not there."""
    if not there:
        return F.lit(None).cast(feature.type).alias(feature.name)
    empty = windows.empty_value(feature)
    if empty is None:
        return F.col(feature.name)
    return F.coalesce(F.col(feature.name), F.lit(empty).cast(feature.type)).alias(feature.name)


def unusable(table: FeatureTable, rows: DataFrame) -> dict[str, int]:
    """Rows in which a feature without `null_meaning` is null, or any feature is not finite, by feature name."""
    checks = []
    for feature in table.features:
        value = F.col(feature.name)
        bad = F.lit(False) if feature.null_meaning else value.isNull()
        if feature.type == "double":
            # NaN orders above every number in Spark, infinity included.
            bad = bad | F.coalesce(F.abs(value) >= float("inf"), F.lit(False))
        checks.append(F.count_if(bad).alias(feature.name))
    found = rows.agg(*checks).collect()[0].asDict()
    return {name: count for name, count in found.items() if count}


def require_usable(table: FeatureTable, rows: DataFrame) -> None:
    """Raise `NullFeatureError` naming every feature that has unusable values."""
    found = unusable(table, rows)
    if found:
        listed = "; ".join(f"{name!r} in {count} row(s)" for name, count in found.items())
        raise NullFeatureError(
            f"features of {table.name!r} are null or not finite: {listed}. Correct the expression, or declare "
            "with null_meaning what a null means"
        )
