"""Training and hold-out rows from gold tables, at versions that are pinned and can be read again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Model, Table
from ml.examples.training_set import training_set
from ml.tables import Tables, pandas_of

PERIOD = "_period"
# More rows than this no longer move a hold-out measure, and they have to fit on one node.
MAX_HOLDOUT_ROWS = 200_000


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """The gold tables of one use case in `catalog`, each at one version."""

    catalog: str
    features: str
    features_version: int
    outcomes: str
    outcomes_version: int
    cut_off: date


@dataclass(frozen=True, kw_only=True)
class Period:
    """One period of examples: how many, and a checksum of all their values, the labels' among them."""

    period: date
    rows: int
    checksum: int


def pin(tables: Tables, model: Model, catalog: str, use_case: str) -> Pinned:
    """The newest versions of the gold tables of `use_case`.

    The cut-off is the day on which the newest outcome became known. Raises ValueError where no outcome is known.
    """
    features = model.feature_table.table.full_name(catalog, use_case)
    outcomes = model.outcome.table.full_name(catalog, use_case)
    version = tables.version(outcomes)
    newest = tables.read(outcomes, version).agg(F.max(model.outcome.known_from)).collect()[0][0]
    if newest is None:
        raise ValueError(f"{outcomes} (version {version}) holds no outcome: ingest labels before training")
    return Pinned(
        catalog=catalog,
        features=features,
        features_version=tables.version(features),
        outcomes=outcomes,
        outcomes_version=version,
        cut_off=date.fromisoformat(str(newest)[:10]),
    )


def examples(tables: Tables, model: Model, pinned: Pinned, calendar: Calendar) -> DataFrame:
    """One row per known outcome with its point-in-time features, and `_period`, the first day of its period."""
    rows = training_set(
        model,
        tables.read(pinned.features, pinned.features_version),
        tables.read(pinned.outcomes, pinned.outcomes_version),
        pinned.cut_off,
    )
    return rows.withColumn(PERIOD, period_of(calendar, model.outcome.table, model.outcome.event_time))


def period_of(calendar: Calendar, table: Table, column: str) -> SparkColumn:
    """The first day of the period of a date or timestamp column of `table`."""
    return F.expr(calendar.start_sql(f"`{column}`", table.column(column).type))


def present(model: Model, rows: DataFrame) -> Model:
    """`model` without the features of optional sources that no row has a value of."""
    declared = {feature.name: feature for feature in model.feature_table.features}
    optional = [name for name in model.features if declared[name].optional]
    if not optional:
        return model
    known = rows.agg(*(F.count(name).alias(name) for name in optional)).collect()[0].asDict()
    return replace(model, features=tuple(name for name in model.features if known.get(name, 1)))


def profile(model: Model, rows: DataFrame) -> tuple[Period, ...]:
    """What `rows` hold, period by period, in one pass over them."""
    columns = [model.outcome.key, model.outcome.event_time, model.outcome.label, *model.features]
    found = (
        rows.groupBy(PERIOD)
        .agg(
            F.count("*").alias("rows"),
            F.bit_xor(F.xxhash64(*columns)).alias("checksum"),
        )
        .orderBy(PERIOD)
        .collect()
    )
    return tuple(Period(period=row[PERIOD], rows=row["rows"], checksum=row["checksum"]) for row in found)


def fitting_rows(model: Model, rows: DataFrame, periods: Sequence[date], holdout_start: date) -> DataFrame:
    """The rows of `periods` whose outcome was known when the hold-out begins, as a forecaster then would know."""
    known = F.col(model.outcome.known_from) <= F.lit(holdout_start)
    return rows.where(F.col(PERIOD).isin(list(periods)) & known)


def sample(model: Model, rows: DataFrame, sample_rows: int) -> DataFrame:
    """`sample_rows` of `rows`, the same ones every time and the smaller sample within the larger; 0 keeps all."""
    if sample_rows == 0:
        return rows
    return rows.orderBy(F.xxhash64(model.outcome.key), model.outcome.key, model.outcome.event_time).limit(sample_rows)


def holdout_frame(
    tables: Tables, model: Model, pinned: Pinned, calendar: Calendar, periods: tuple[date, date]
) -> pd.DataFrame:
    """The hold-out from the gold tables, as `held_out` gives it: comparison and compliance judge on the same rows."""
    return held_out(model, examples(tables, model, pinned, calendar), periods)


def held_out(model: Model, rows: DataFrame, periods: tuple[date, date]) -> pd.DataFrame:
    """The hold-out of examples: one row per outcome of `periods`, the first and the last of them, in key order.

    Columns: key, event time, label, model features, fairness groups.
    """
    columns = [model.outcome.key, model.outcome.event_time, model.outcome.label]
    wanted = rows.where(F.col(PERIOD).between(*map(F.lit, periods))).select(
        *columns, *dict.fromkeys((*model.features, *model.fairness_groups))
    )
    frame = pandas_of(sample(model, wanted, MAX_HOLDOUT_ROWS))
    return frame.sort_values(columns[:2], kind="stable", ignore_index=True)
