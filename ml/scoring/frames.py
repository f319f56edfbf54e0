"""Which rows to score. Pure frames."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Model, Rescore
from ml.records.predictions import FEATURES_HASH, features_hash_sql


def unscored(model: Model, features: DataFrame, predictions: DataFrame, version: int) -> DataFrame:
    """The feature rows to score, with `features_hash`: those for which `rescore` finds no prediction of this model."""
    hashed = features.withColumn(FEATURES_HASH, features_hash(model))
    keys = [*model.feature_table.keys, model.feature_table.event_time]
    match model.rescore:
        case Rescore.NEVER:
            return hashed.join(predictions, on=keys, how="left_anti")
        case Rescore.ON_CHANGE:
            newest = predictions.groupBy(*keys).agg(F.max_by(FEATURES_HASH, "scored_at").alias(FEATURES_HASH))
            return hashed.join(newest, on=[*keys, FEATURES_HASH], how="left_anti")
        case Rescore.ON_NEW_VERSION:
            return hashed.join(predictions.where(F.col("model_version") == version), on=keys, how="left_anti")


def features_hash(model: Model) -> Column:
    """The hash of a prediction's features, which the prediction stores."""
    return F.expr(features_hash_sql(model))
