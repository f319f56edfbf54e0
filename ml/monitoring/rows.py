"""The rows of the periods to measure, in one Spark query per table."""

import math
from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import pandas as pd
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FeatureTable, Model
from ml.examples.dataset import PERIOD, period_of
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.window import LABEL, answer_names, column_names
from ml.tables import pandas_of

# What is fetched for a sample beyond its size: a share for keys that rows share, and standard deviations of chance.
_SPARE, _SURELY = 1.1, 6
# A hash has 64 bits, and a sign.
_HASHES = 2**64
_HASH = "_hash"


def period_rows(
    model: Model, sources: Sources, versions: Mapping[date, int], sizes: Mapping[date, int]
) -> pd.DataFrame:
    """One row per feature row of the periods (or of a sample): `_period`, the columns, the answers, `label`.

    `versions`: the periods, and for each the model version whose predictions count; `sizes`: their feature rows.

    An outcome belongs to the row with the same key and event time. The driver joins the sample's rows, answers and
    outcomes, because it receives them anyway: in Spark the join cost more than reading them.
    """
    declared, most = model.feature_table, model.monitoring.max_rows_per_period
    keys = [*declared.keys, declared.event_time]
    large = _largest_hashes({period: sizes.get(period, 0) for period in versions}, most)
    rows = _sampled(pandas_of(_features(model, sources, versions, large)), declared.key, most)
    rows = rows.merge(pandas_of(_predictions(model, sources, versions, large)), on=keys, how="left")
    outcomes = pandas_of(_outcomes(model, sources, versions, large))
    rows = rows.merge(outcomes, on=[declared.key, declared.event_time], how="left")
    return rows[[PERIOD, *column_names(model), *answer_names(model), LABEL]]


def _features(model: Model, sources: Sources, versions: Mapping[date, int], large: Mapping[date, int]) -> DataFrame:
    """Keys, `_period`, the columns, and `_hash`; the rows with the smallest hashes are the sample."""
    declared = model.feature_table
    period = period_of(sources.calendar, declared.table, declared.event_time)
    keys, hashed = [*declared.keys, declared.event_time], hash_of(model, declared.key)
    others = [name for name in column_names(model) if name not in keys]
    rows = sources.features.select(*keys_of(declared, *keys), period.alias(PERIOD), *others, hashed.alias(_HASH))
    return _hashed_below(rows.where(F.col(PERIOD).isin(list(versions))), F.col(PERIOD), F.col(_HASH), large)


def _largest_hashes(sizes: Mapping[date, int], most: int) -> Mapping[date, int]:
    """For each period with more rows than a sample needs, a hash that hardly more than `most` keys are at or below.

    The sample is the rows with the smallest hashes, so the others need not be read. The number at or below varies by
    the root of `most`; if many rows share a key it varies more, and a sample may be a little smaller.
    """
    enough = _SPARE * most + _SURELY * math.sqrt(most)
    shares = {period: enough / size for period, size in sizes.items() if size > enough}
    return {period: int(share * _HASHES) - _HASHES // 2 for period, share in shares.items()}


def hash_of(model: Model, key: str) -> SparkColumn:
    """The hash of a key, the same in every table: equal numbers of different types would hash differently."""
    table = model.feature_table
    return F.xxhash64(F.col(key).cast(table.table.column(table.key).type))


def _hashed_below(rows: DataFrame, period: SparkColumn, hashed: SparkColumn, large: Mapping[date, int]) -> DataFrame:
    """The rows whose key may belong to the sample of their period."""
    if not large:
        return rows
    pairs = [F.lit(each) for pair in large.items() for each in pair]
    largest = F.coalesce(F.create_map(*pairs)[period], F.lit(_HASHES // 2 - 1))
    return rows.where(hashed <= largest)


def _sampled(rows: pd.DataFrame, key: str, most: int) -> pd.DataFrame:
    """At most `most` rows of each period, always the same ones."""
    if rows[PERIOD].value_counts().le(most).all():
        return rows
    return rows.sort_values([_HASH, key], kind="stable").groupby(PERIOD, sort=False).head(most)


def _predictions(model: Model, sources: Sources, versions: Mapping[date, int], large: Mapping[date, int]) -> DataFrame:
    declared = model.feature_table
    keys = [*declared.keys, declared.event_time]
    if sources.predictions is None:
        none = (F.lit(None).cast(column.type).alias(column.name) for column in model.problem.output)
        return sources.features.select(*keys_of(declared, *keys), *none).limit(0)
    counted = period_of(sources.calendar, declared.table, declared.event_time)
    of_version: dict[int, list[date]] = {}
    for period, version in versions.items():
        of_version.setdefault(version, []).append(period)
    # One condition per version: one per period would nest deeper than Spark Connect reads.
    chosen = [(F.col("model_version") == version) & counted.isin(periods) for version, periods in of_version.items()]
    answers = _hashed_below(
        sources.predictions.where(reduce(or_, chosen)), counted, hash_of(model, declared.key), large
    )
    return answers.select(*keys_of(declared, *keys), *answer_names(model))


def _outcomes(model: Model, sources: Sources, versions: Mapping[date, int], large: Mapping[date, int]) -> DataFrame:
    declared, outcome = model.feature_table, model.outcome
    if sources.outcomes is None:
        kind = outcome.table.column(outcome.label).type
        none = F.lit(None).cast(kind).alias(LABEL)
        return sources.features.select(*keys_of(declared, declared.key, declared.event_time), none).limit(0)
    counted = period_of(sources.calendar, outcome.table, outcome.event_time)
    of_periods = sources.outcomes.where(counted.isin(list(versions)))
    named = {outcome.key: declared.key, outcome.event_time: declared.event_time, outcome.label: LABEL}
    known = _hashed_below(of_periods, counted, hash_of(model, outcome.key), large).select(
        *(F.col(name).alias(new) for name, new in named.items())
    )
    return known.select(*keys_of(declared, declared.key, declared.event_time), LABEL)


def keys_of(declared: FeatureTable, *names: str) -> list[SparkColumn]:
    """The join columns in every table, in the feature table's types."""
    return [F.col(name).cast(declared.table.column(name).type).alias(name) for name in names]
