"""The rows of the periods to be measured, in one Spark query. Pure frames until the last step."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Model
from ml.examples.dataset import PERIOD, period_of
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.window import LABEL, answer_names, column_names
from ml.tables import pandas_of


def period_rows(model: Model, sources: Sources, versions: Mapping[date, int]) -> pd.DataFrame:
    """One row per feature row of the periods (or of a sample): `_period`, the columns, the answers, `label`.

    `versions` names the periods, and for each the model version whose predictions count.

    An outcome belongs to the row with its key and event time.
    """
    declared = model.feature_table
    keys = [*declared.keys, declared.event_time]
    rows = sources.features.select(
        *keys, period_of(sources.calendar, declared.table, declared.event_time).alias(PERIOD), *column_names(model)
    )
    rows = _sampled(rows.where(F.col(PERIOD).isin(list(versions))), declared.key, model.monitoring.max_rows_per_period)
    rows = rows.join(_predictions(model, sources, versions), on=keys, how="left")
    rows = rows.join(_outcomes(model, sources), on=[declared.key, declared.event_time], how="left")
    return pandas_of(rows.select(PERIOD, *column_names(model), *answer_names(model), LABEL))


def _sampled(rows: DataFrame, key: str, most: int) -> DataFrame:
    """At most `most` rows of each period, the same ones every time."""
    position = F.row_number().over(Window.partitionBy(PERIOD).orderBy(F.xxhash64(key), key))
    return rows.withColumn("_position", position).where(F.col("_position") <= most).drop("_position")


def _predictions(model: Model, sources: Sources, versions: Mapping[date, int]) -> DataFrame:
    declared = model.feature_table
    keys = [*declared.keys, declared.event_time]
    if sources.predictions is None:
        none = (F.lit(None).cast(column.type).alias(column.name) for column in model.problem.output)
        return sources.features.select(*keys, *none).limit(0)
    counted = period_of(sources.calendar, declared.table, declared.event_time)
    of_version: dict[int, list[date]] = {}
    for period, version in versions.items():
        of_version.setdefault(version, []).append(period)
    # One condition per version: one per period would nest deeper than Spark Connect reads.
    chosen = [(F.col("model_version") == version) & counted.isin(periods) for version, periods in of_version.items()]
    return sources.predictions.where(reduce(or_, chosen)).select(*keys, *answer_names(model))


def _outcomes(model: Model, sources: Sources) -> DataFrame:
    declared, outcome = model.feature_table, model.outcome
    keys = [declared.key, declared.event_time]
    if sources.outcomes is None:
        kind = outcome.table.column(outcome.label).type
        return sources.features.select(*keys, F.lit(None).cast(kind).alias(LABEL)).limit(0)
    return sources.outcomes.select(
        F.col(outcome.key).alias(declared.key),
        F.col(outcome.event_time).alias(declared.event_time),
        F.col(outcome.label).alias(LABEL),
    )
