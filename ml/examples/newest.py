"""Which of several outcomes, or predictions, of one event counts. Pure frames."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FeatureTable, Outcome


def newest_known(outcome: Outcome, outcomes: DataFrame) -> DataFrame:
    """One row per key and event time of `outcomes`: key, event time, `known_from` and label of what was known last."""
    heads = [outcome.key, outcome.event_time]
    last = F.max_by(F.struct(outcome.known_from, outcome.label), F.struct(outcome.known_from, outcome.label))
    return outcomes.groupBy(*heads).agg(last.alias("_last")).select(*heads, "_last.*")


def newest_predictions(
    table: FeatureTable, predictions: DataFrame, per: Sequence[str] = ("model", "model_version")
) -> DataFrame:
    """One row per key, event time and `per`, by default model and version: the prediction that was made last."""
    heads = [*table.keys, table.event_time, *per]
    rest = [name for name in predictions.columns if name not in heads]
    last = F.max_by(F.struct(*rest), "scored_at")
    return predictions.groupBy(*heads).agg(last.alias("_last")).select(*heads, "_last.*")
