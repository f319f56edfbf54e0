"""The tables that a period is judged by, as parts: what of their rows is counted, checked and fetched. Frames only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, FeatureTable, Model, Table
from ml.examples.dataset import period_of
from ml.monitoring.period_fingerprints import FEATURES, OUTCOMES, PREDICTIONS, REJECTED, Sources
from ml.monitoring.window import LABEL, answer_names, column_names
from ml.parameters import Common
from ml.records.received_values import period as period_named

# The hash of a fetched feature row's key; the rows with the smallest hashes are the sample.
HASH = "_hash"


@dataclass(frozen=True, kw_only=True)
class Part:
    """The rows of one table, and what of each row counts.

    `day`: Spark SQL for a row's day. `version`: of the model. `known`: from when an outcome is known, as `known_type`.
    `duplicate`: 1 if a record was rejected as a duplicate. `hashed`: the key's hash; None: no row of it is sampled.
    `checked`: the columns of a sampled row's checksum. `fetched`: the columns of a sampled row, by name.
    """

    name: str
    rows: DataFrame
    day: str
    version: SparkColumn | None = None
    known: SparkColumn | None = None
    known_type: str = "date"
    duplicate: SparkColumn | None = None
    hashed: SparkColumn | None = None
    checked: Sequence[str] = ()
    fetched: Mapping[str, SparkColumn] = field(default_factory=dict)


def parts_of(task: Common, sources: Sources) -> list[Part]:
    """Features, predictions, outcomes and, if they come from a feed, rejected records. A missing table has no rows."""
    model, calendar, predictions, outcomes = task.model, sources.calendar, sources.predictions, sources.outcomes
    found = [
        _features(model, sources),
        _predictions(model, calendar, _no_predictions(model, sources.features) if predictions is None else predictions),
        _outcomes(model, calendar, _no_outcomes(model, sources.features) if outcomes is None else outcomes),
    ]
    return found if sources.quarantine is None else [*found, _rejected(task, calendar, sources.quarantine)]


def _features(model: Model, sources: Sources) -> Part:
    declared = model.feature_table
    keys = [*declared.keys, declared.event_time]
    others = {name: F.col(name) for name in column_names(model) if name not in keys}
    hashed = hash_of(model, declared.key)
    return Part(
        name=FEATURES,
        rows=sources.features,
        day=_day(sources.calendar, declared.table, declared.event_time),
        hashed=hashed,
        checked=sources.features.columns,
        fetched={**_joined_by(declared, {name: name for name in keys}), **others, HASH: hashed},
    )


def _predictions(model: Model, calendar: Calendar, rows: DataFrame) -> Part:
    declared, answers = model.feature_table, answer_names(model)
    keys = {name: name for name in (*declared.keys, declared.event_time)}
    return Part(
        name=PREDICTIONS,
        rows=rows,
        day=_day(calendar, declared.table, declared.event_time),
        version=F.col("model_version"),
        hashed=hash_of(model, declared.key),
        checked=(declared.key, *answers),
        fetched={**_joined_by(declared, keys), **{name: F.col(name) for name in answers}},
    )


def _outcomes(model: Model, calendar: Calendar, rows: DataFrame) -> Part:
    declared, outcome = model.feature_table, model.outcome
    keys = {declared.key: outcome.key, declared.event_time: outcome.event_time}
    return Part(
        name=OUTCOMES,
        rows=rows,
        day=_day(calendar, outcome.table, outcome.event_time),
        known=F.col(outcome.known_from),
        known_type=outcome.table.column(outcome.known_from).type,
        hashed=hash_of(model, outcome.key),
        checked=(outcome.key, outcome.label),
        fetched={**_joined_by(declared, keys), LABEL: F.col(outcome.label)},
    )


def _no_predictions(model: Model, features: DataFrame) -> DataFrame:
    declared = model.feature_table
    none = (F.lit(None).cast(column.type).alias(column.name) for column in model.problem.output)
    return features.select(
        *declared.keys, declared.event_time, F.lit(None).cast("int").alias("model_version"), *none
    ).limit(0)


def _no_outcomes(model: Model, features: DataFrame) -> DataFrame:
    declared, outcome = model.feature_table, model.outcome
    keys = (F.col(declared.key).alias(outcome.key), F.col(declared.event_time).alias(outcome.event_time))
    of_outcome = (outcome.known_from, outcome.label)
    none = (F.lit(None).cast(outcome.table.column(name).type).alias(name) for name in of_outcome)
    return features.select(*keys, *none).limit(0)


def _rejected(task: Common, calendar: Calendar, quarantine: DataFrame) -> Part:
    """Records that ingest rejected, by the period of their file."""
    feed = next(each for each in task.use_case.feeds if each.silver.name == task.model.feature_table.source.name)
    named = quarantine.withColumn(feed.period_column, period_named(feed, task.use_case.calendar))
    arrived = period_of(calendar, feed.silver, feed.period_column)
    return Part(
        name=REJECTED,
        rows=named.select("_reason", arrived.alias("_arrived")),
        day="_arrived",
        duplicate=F.col("_reason").startswith("duplicate ").cast("long"),
    )


def _day(calendar: Calendar, table: Table, column: str) -> str:
    return calendar.day_sql(f"`{column}`", table.column(column).type)


def hash_of(model: Model, key: str) -> SparkColumn:
    """The hash of a key, the same in every table: equal numbers of different types would hash differently."""
    table = model.feature_table
    return F.xxhash64(F.col(key).cast(table.table.column(table.key).type))


def keys_of(declared: FeatureTable, *names: str) -> list[SparkColumn]:
    """The join columns in every table, in the feature table's types."""
    return [column.alias(name) for name, column in _joined_by(declared, {name: name for name in names}).items()]


def _joined_by(declared: FeatureTable, names: Mapping[str, str]) -> dict[str, SparkColumn]:
    """The join columns, under the feature table's names and in its types."""
    return {new: F.col(old).cast(declared.table.column(new).type) for new, old in names.items()}
