"""The rows of the periods to be measured, in one Spark query. Pure frames until the last step."""

import math
from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import pandas as pd
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Model
from ml.examples.dataset import PERIOD, period_of
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.window import LABEL, answer_names, column_names
from ml.tables import pandas_of

# Standard deviations that a sample falls short by once in a thousand million times.
_SURELY = 6
# A hash has 64 bits, and a sign.
_HASHES = 2**64


def period_rows(
    model: Model, sources: Sources, versions: Mapping[date, int], sizes: Mapping[date, int]
) -> pd.DataFrame:
    """One row per feature row of the periods (or of a sample): `_period`, the columns, the answers, `label`.

    `versions` names the periods, and for each the model version whose predictions count; `sizes` their feature rows.

    An outcome belongs to the row with its key and event time.
    """
    declared, most = model.feature_table, model.monitoring.max_rows_per_period
    keys = [*declared.keys, declared.event_time]
    rows = sources.features.select(
        *keys, period_of(sources.calendar, declared.table, declared.event_time).alias(PERIOD), *column_names(model)
    )
    large = _largest_hashes({period: sizes.get(period, 0) for period in versions}, most)
    hashed = _hash(model, declared.key)
    rows = _hashed_below(rows.where(F.col(PERIOD).isin(list(versions))), F.col(PERIOD), hashed, large)
    rows = _sampled(rows, declared.key, hashed, most)
    rows = rows.join(_predictions(model, sources, versions, large), on=keys, how="left")
    rows = rows.join(_outcomes(model, sources, large), on=[declared.key, declared.event_time], how="left")
    return pandas_of(rows.select(PERIOD, *column_names(model), *answer_names(model), LABEL))


def _largest_hashes(sizes: Mapping[date, int], most: int) -> Mapping[date, int]:
    """For each period with more rows than a sample needs, the hash of a key that hardly more than `most` are not above.

    The rows of a sample are those with the smallest hashes, so the others need be neither sorted nor joined. How many
    are not above it has a standard deviation below the root of `most`.
    """
    enough = most + _SURELY * math.sqrt(most)
    shares = {period: enough / size for period, size in sizes.items() if size > enough}
    return {period: int(share * _HASHES) - _HASHES // 2 for period, share in shares.items()}


def _hash(model: Model, key: str) -> SparkColumn:
    """Of a key, in whichever table: equal numbers of two types would have two."""
    table = model.feature_table
    return F.xxhash64(F.col(key).cast(table.table.column(table.key).type))


def _hashed_below(rows: DataFrame, period: SparkColumn, hashed: SparkColumn, large: Mapping[date, int]) -> DataFrame:
    """The rows whose key may be in the sample of their period."""
    if not large:
        return rows
    pairs = [F.lit(each) for pair in large.items() for each in pair]
    largest = F.coalesce(F.create_map(*pairs)[period], F.lit(_HASHES // 2 - 1))
    return rows.where(hashed <= largest)


def _sampled(rows: DataFrame, key: str, hashed: SparkColumn, most: int) -> DataFrame:
    """At most `most` rows of each period, the same ones every time."""
    position = F.row_number().over(Window.partitionBy(PERIOD).orderBy(hashed, key))
    return rows.withColumn("_position", position).where(F.col("_position") <= most).drop("_position")


def _predictions(model: Model, sources: Sources, versions: Mapping[date, int], large: Mapping[date, int]) -> DataFrame:
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
    answers = _hashed_below(sources.predictions.where(reduce(or_, chosen)), counted, _hash(model, declared.key), large)
    return answers.select(*keys, *answer_names(model))


def _outcomes(model: Model, sources: Sources, large: Mapping[date, int]) -> DataFrame:
    declared, outcome = model.feature_table, model.outcome
    keys = [declared.key, declared.event_time]
    if sources.outcomes is None:
        kind = outcome.table.column(outcome.label).type
        return sources.features.select(*keys, F.lit(None).cast(kind).alias(LABEL)).limit(0)
    counted = period_of(sources.calendar, outcome.table, outcome.event_time)
    return _hashed_below(sources.outcomes, counted, _hash(model, outcome.key), large).select(
        F.col(outcome.key).alias(declared.key),
        F.col(outcome.event_time).alias(declared.event_time),
        F.col(outcome.label).alias(LABEL),
    )
