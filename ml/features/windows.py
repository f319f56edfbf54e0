"""SQL of window features, and their joins to the events. Point-in-time correct by construction. Pure."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Aggregate, Calendar, Dimension, Feature, FeatureTable, History, Table, Window
from ml.declarations.histories import COUNTS

_EVENT, _TIME, _KNOWN, _AGE, _ORDER, _ROW = "_event", "_time", "_known", "_age", "_order", "_row"
_SQL = {
    Aggregate.SUM: "sum({value})",
    Aggregate.MEAN: "avg({value})",
    Aggregate.MIN: "min({value})",
    Aggregate.MAX: "max({value})",
    Aggregate.COUNT: "count({value})",
    Aggregate.STDDEV: "stddev_samp({value})",
    Aggregate.DISTINCT: "count(DISTINCT {value})",
    Aggregate.LAST: f"max_by({{value}}, {_ORDER})",
    Aggregate.TREND: f"regr_slope({{value}}, -{_AGE})",
}


def aggregate_sql(window: Window, value: str) -> str:
    """The SQL aggregate of column `value` over rows that are `_age` periods older than their event."""
    newest = window.past.skip + 1
    oldest = window.past.skip + window.past.periods
    return f"{_SQL[window.aggregate].format(value=value)} FILTER (WHERE {_AGE} BETWEEN {newest} AND {oldest})"


def period_sql(calendar: Calendar, table: Table, column: str) -> str:
    """The number of the period of a declared column."""
    return calendar.number_sql(f"`{column}`", table.column(column).type)


def reach(table: FeatureTable, history: History) -> int:
    """How many periods before its own an event's longest window over `history` begins."""
    windows = [each.window for each in table.features if each.window and each.window.history == history]
    return max(window.past.skip + window.past.periods for window in windows)


def with_history(
    table: FeatureTable, events: DataFrame, history: History, rows: DataFrame, calendar: Calendar
) -> DataFrame:
    """One row per event that has a past: the table's keys, its event time, and every feature over `history`.

    `events`: rows of the table's source. A row of the history counts if it happened, and was known, in a period before
    the event's own.
    """
    features = [each for each in table.features if each.window and each.window.history == history]
    heads = [*table.keys, table.event_time]
    asked = events.select(
        *heads,
        *(F.col(name).alias(_joined(name)) for name in history.on),
        F.expr(period_sql(calendar, table.source, table.event_time)).alias(_EVENT),
    )
    past = rows.select(
        *(F.col(name).alias(f"{_joined(name)}_of") for name in history.on),
        F.expr(period_sql(calendar, history.table, history.time)).alias(_TIME),
        F.expr(period_sql(calendar, history.table, history.known_from or history.time)).alias(_KNOWN),
        # Two rows of one moment have an order too, so that the newest is the same row in every run.
        F.struct(history.time, *history.table.keys).alias(_ORDER),
        *(F.expr(each.expression).alias(_value(each)) for each in features),
    )
    first = F.col(_EVENT) - reach(table, history)
    before = (F.col(_TIME) < F.col(_EVENT)) & (F.col(_KNOWN) < F.col(_EVENT)) & (F.col(_TIME) >= first)
    same = [F.col(_joined(name)) == F.col(f"{_joined(name)}_of") for name in history.on]
    aged = asked.join(past, [*same, before]).withColumn(_AGE, F.col(_EVENT) - F.col(_TIME))
    return aged.groupBy(*heads).agg(*(_aggregated(each) for each in features))


def with_dimension(table: FeatureTable, events: DataFrame, dimension: Dimension, rows: DataFrame) -> DataFrame:
    """One row per event for which a row of `dimension` was valid: keys, event time, and every feature over it."""
    features = [each for each in table.features if each.dimension == dimension]
    heads = [*table.keys, table.event_time]
    asked = events.select(*(F.col(name).alias(_head(name)) for name in heads), *_renamed(dimension.on))
    moment, first = F.col(_head(table.event_time)), F.col(dimension.valid_from)
    valid = first <= moment
    if dimension.valid_until is not None:
        valid &= F.col(dimension.valid_until).isNull() | (moment < F.col(dimension.valid_until))
    if dimension.known_from is not None:
        valid &= F.col(dimension.known_from) <= moment
    if dimension.max_age_days is not None:
        valid &= F.date_diff(moment, first) <= dimension.max_age_days
    same = [F.col(_joined(name)) == F.col(name) for name in dimension.on]
    newest = F.max_by(
        F.struct(*(F.expr(each.expression).cast(each.type).alias(each.name) for each in features)),
        F.struct(dimension.valid_from, *dimension.table.keys),
    )
    found = asked.join(rows, [*same, valid]).groupBy(*map(_head, heads)).agg(newest.alias(_ROW))
    return found.select(*(F.col(_head(name)).alias(name) for name in heads), f"{_ROW}.*")


def empty_value(feature: Feature) -> object:
    """The value of a feature for an event without history: 0 for a count, otherwise null."""
    return 0 if feature.window and feature.window.aggregate in COUNTS else None


def _aggregated(feature: Feature) -> SparkColumn:
    assert feature.window is not None
    return F.expr(f"CAST({aggregate_sql(feature.window, f'`{_value(feature)}`')} AS {feature.type})").alias(
        feature.name
    )


def _renamed(on: tuple[str, ...]) -> list[SparkColumn]:
    return [F.col(name).alias(_joined(name)) for name in on]


def _value(feature: Feature) -> str:
    return f"_value_{feature.name}"


def _joined(name: str) -> str:
    return f"_on_{name}"


def _head(name: str) -> str:
    return f"_head_{name}"
