"""Gradient-boosted trees of `pyspark.ml`, fitted over all workers; rows never leave Spark."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import optuna
from pyspark.ml.classification import GBTClassifier
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from scipy.special import expit
from sklearn.metrics import log_loss

from ml.declarations import Algorithm, Model
from ml.examples.dataset import MONTH
from ml.training.learner import Scores
from ml.training.split import Split
from ml.training.tuning import Params
from ml.versions.contract import model_features
from ml.versions.pyfunc_model import SPARK_DIRECTORY

_VECTOR, _LABEL = "_vector", "_label"
_FIRST: Params = {"maxIter": 20, "maxDepth": 4, "stepSize": 0.2, "subsamplingRate": 0.8, "minInstancesPerNode": 20}


@dataclass(frozen=True, kw_only=True)
class FittedSpark:
    """A `GBTClassificationModel` and the rows it may be asked about."""

    model: Any
    learner: "SparkLearner"

    def scores(self, months: Sequence[date]) -> Scores:
        """Labels and log-odds of the rows of `months`; only these two columns come to the driver."""
        scored = self.model.transform(self.learner.rows(months))
        # Spark's margin is half the log-odds: see `pyfunc_model.Trees`.
        log_odds = (vector_to_array(F.col("rawPrediction"))[1] * 2).alias("log_odds")
        found = scored.select(_LABEL, log_odds).toPandas()
        return Scores(labels=found[_LABEL].to_numpy(np.int64), log_odds=found["log_odds"].to_numpy(float))

    def save(self, directory: Path) -> None:
        """Spark writes the model to the shared scratch folder, from where it is copied into `directory`."""
        shared = self.learner.scratch / uuid4().hex
        try:
            self.model.write().save(str(shared))
            shutil.copytree(shared, directory / SPARK_DIRECTORY, ignore=shutil.ignore_patterns("*.crc", "_SUCCESS"))
        finally:
            shutil.rmtree(shared, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class SparkLearner:
    """`frame`: one row per training example with `_month`, the features and the label.

    `scratch` is a folder that Spark's workers and this process both reach.
    """

    frame: DataFrame
    scratch: Path
    seed: int

    @property
    def first(self) -> Params:
        """Twenty shallow trees."""
        return _FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """A narrow region: each fit is a Spark job per tree level."""
        return {
            "maxIter": trial.suggest_int("maxIter", 10, 60),
            "maxDepth": trial.suggest_int("maxDepth", 3, 5),
            "stepSize": trial.suggest_float("stepSize", 0.05, 0.3, log=True),
            "subsamplingRate": trial.suggest_float("subsamplingRate", 0.6, 1.0),
            "minInstancesPerNode": trial.suggest_int("minInstancesPerNode", 5, 60),
        }

    def rows(self, months: Sequence[date]) -> DataFrame:
        """The rows of `months`."""
        return self.frame.where(F.col(MONTH).isin(list(months)))

    def try_out(self, params: Params, split: Split) -> tuple[float, Params]:
        """Fit on the training months; log loss on the tuning months."""
        scores = self.fit(params, split.train).scores(split.tuning)
        return float(log_loss(scores.labels, expit(scores.log_odds), labels=[0, 1])), {}

    def fit(self, params: Params, months: Sequence[date]) -> FittedSpark:
        """Boost over `months`."""
        settings: dict[str, Any] = {**params, "seed": self.seed}
        trees = GBTClassifier(featuresCol=_VECTOR, labelCol=_LABEL, **settings)
        return FittedSpark(model=trees.fit(self.rows(months)), learner=self)


def assembled(frame: DataFrame, model: Model) -> DataFrame:
    """`frame` as Spark's trees want it: `_month`, `_label`, and the features in one vector.

    Raises ValueError where a feature may be null: Spark's trees take no nulls.
    """
    nullable = [feature.name for feature in model_features(model) if feature.null_meaning]
    if nullable:
        raise ValueError(
            f"model {model.name!r} takes {nullable}, which may be null, and algorithm {model.algorithm} takes no "
            f"nulls: fill them in the features' expressions, or declare {Algorithm.XGBOOST}"
        )
    features, label = model.features, model.outcome.label
    numbers = frame.select(
        MONTH, F.col(label).cast("double").alias(_LABEL), *(F.col(f).cast("double") for f in features)
    )
    assembler = VectorAssembler(inputCols=list(features), outputCol=_VECTOR, handleInvalid="error")
    return assembler.transform(numbers).select(MONTH, _LABEL, _VECTOR)
