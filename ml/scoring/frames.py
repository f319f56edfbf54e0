"""Rows to score, and whether their scores can be used. Pure frames."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FeatureTable


class NotAProbabilityError(ValueError):
    """A model gave something that is no probability."""


def unscored(table: FeatureTable, features: DataFrame, predictions: DataFrame) -> DataFrame:
    """The feature rows for whose key and event time no version has made a prediction."""
    return features.join(predictions, on=[table.key, table.event_time], how="left_anti")


def require_probabilities(predictions: DataFrame, model_name: str, version: int) -> None:
    """Raise `NotAProbabilityError` where a probability is null, NaN or outside 0..1."""
    probability = F.col("probability")
    usable = F.coalesce((probability >= 0) & (probability <= 1), F.lit(False))
    wrong = predictions.where(~usable).count()
    if wrong:
        raise NotAProbabilityError(
            f"version {version} of {model_name} gave {wrong} value(s) that are null or outside 0..1; nothing was "
            "written: roll back to the previous version and look at its inputs"
        )
