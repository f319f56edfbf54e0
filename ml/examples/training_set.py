"""The point-in-time join: what was known about a key when its outcome was still to come. Pure frames."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Model, Outcome
from ml.examples.newest import newest_known

FEATURE_TIME = "_feature_time"


def training_set(model: Model, features: DataFrame, outcomes: DataFrame, cut_off: date) -> DataFrame:
    """One row per event with an outcome known by `cut_off`, with the newest feature row not after the event time.

    Of several outcomes of one event (a label and its corrections) the one that became known last counts. Events for
    which no feature row was known in time, or only one older than `max_age_days`, are left out.

    Args:
        model: names the key, the times, the label, the features and the fairness groups.
        features: the gold feature table, one row per key and event time.
        outcomes: the gold outcome table, one row per key, event time and `known_from`.
        cut_off: nothing that became known after this day is used.

    Returns:
        key, event time (the outcome's), `known_from`, label, every model feature and fairness group, and
        `_feature_time` (the event time of the feature row that was joined).
    """
    outcome, table = model.outcome, model.feature_table
    names = list(dict.fromkeys((*model.features, *model.fairness_groups)))
    known = _known_by(cut_off, outcome, outcomes)
    values = features.select(
        F.col(table.key).alias("_feature_key"),
        F.col(table.event_time).alias(FEATURE_TIME),
        F.struct(*names).alias("_values"),
    )
    in_time = (F.col("_key") == F.col("_feature_key")) & (F.col(FEATURE_TIME) <= F.col("_event_time"))
    if table.max_age_days is not None:
        in_time &= F.date_diff("_event_time", F.col(FEATURE_TIME)) <= table.max_age_days
    newest = (
        known.join(values, in_time)
        .groupBy("_key", "_event_time", outcome.known_from, outcome.label)
        .agg(F.max_by("_values", FEATURE_TIME).alias("_values"), F.max(FEATURE_TIME).alias(FEATURE_TIME))
    )
    return newest.select(
        F.col("_key").alias(outcome.key),
        F.col("_event_time").alias(outcome.event_time),
        outcome.known_from,
        outcome.label,
        "_values.*",
        FEATURE_TIME,
    )


def _known_by(cut_off: date, outcome: Outcome, outcomes: DataFrame) -> DataFrame:
    """One row per event: `_key`, `_event_time`, when its newest outcome became known, and the label."""
    return newest_known(outcome, outcomes.where(F.col(outcome.known_from) <= F.lit(cut_off))).select(
        F.col(outcome.key).alias("_key"),
        F.col(outcome.event_time).alias("_event_time"),
        outcome.known_from,
        outcome.label,
    )
