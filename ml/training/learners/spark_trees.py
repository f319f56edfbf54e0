"""Gradient-boosted trees of `pyspark.ml`, fitted over all workers; rows never leave Spark."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd
from pyspark.ml.classification import GBTClassifier
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Algorithm, Model
from ml.examples.dataset import PERIOD
from ml.examples.split import Split
from ml.problems.classification.binary import Binary
from ml.problems.learning import Categories, Ends, Params, Scores
from ml.versions.contract import model_features
from ml.versions.scorer import TREES_FILE

_VECTOR, _LABEL = "_vector", "_label"
_FIRST: Params = {"maxIter": 20, "maxDepth": 4, "stepSize": 0.2, "subsamplingRate": 0.8, "minInstancesPerNode": 20}


@dataclass(frozen=True, kw_only=True)
class FittedSpark:
    """A `GBTClassificationModel` and the rows that it may score. It only accepts numbers, no categories."""

    model: Any
    learner: "SparkTrees"
    categories: Categories = field(default_factory=dict)
    readers: tuple[str, ...] = ("spark_gbt",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Labels and log-odds of the rows of `periods`; only these two columns come to the driver."""
        scored = self.model.transform(self.learner.rows(periods))
        # Spark's margin is half the log-odds: see `scorer.spark_raw`.
        log_odds = (vector_to_array(F.col("rawPrediction"))[1] * 2).alias("log_odds")
        found = scored.select(_LABEL, log_odds).toPandas()
        return Scores(truth=found[_LABEL].to_numpy(float), raw=found["log_odds"].to_numpy(float))

    def save(self, directory: Path) -> None:
        """Spark writes the model to the shared scratch folder; `directory` receives its trees as arrays."""
        shared = self.learner.scratch / uuid4().hex
        try:
            self.model.write().save(str(shared))
            np.savez(directory / TREES_FILE, allow_pickle=False, **saved_trees(shared))
        finally:
            shutil.rmtree(shared, ignore_errors=True)


def saved_trees(saved: Path) -> dict[str, npt.NDArray[Any]]:
    """The trees of the `GBTClassificationModel` that Spark saved, as arrays that can be read without Spark."""
    data = pd.read_parquet(saved / "data")
    metadata = pd.read_parquet(saved / "treesMetadata").sort_values("treeID")
    fields = pd.json_normalize(data["nodeData"].tolist())
    if "split.numCategories" in fields and (fields.loc[fields["leftChild"] >= 0, "split.numCategories"] != -1).any():
        raise ValueError("the model splits on categories, which its reader does not support: train on numbers only")
    nodes = pd.DataFrame(
        {
            "tree": data["treeID"].to_numpy(),
            "id": fields["id"],
            "left": fields["leftChild"],
            "right": fields["rightChild"],
            "feature": fields["split.featureIndex"],
            "threshold": [values[0] if len(values) else 0.0 for values in fields["split.leftCategoriesOrThreshold"]],
            "prediction": fields["prediction"],
        }
    )
    return tree_arrays(nodes, metadata["weights"].to_numpy(dtype=float))


def tree_arrays(nodes: pd.DataFrame, weights: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[Any]]:
    """Arrays of shape (trees, nodes), and the `weights` of the trees. A leaf's children are itself.

    `nodes`: one row per `tree` and node `id` with `left`, `right`, `feature`, `threshold`, `prediction`.
    """
    width = int(nodes["id"].max()) + 1
    itself = np.tile(np.arange(width), (len(weights), 1))
    arrays: dict[str, npt.NDArray[Any]] = {
        "left": itself,
        "right": itself.copy(),
        "feature": np.zeros(itself.shape, dtype=np.int64),
        "threshold": np.zeros(itself.shape),
        "prediction": np.zeros(itself.shape),
    }
    inner = nodes[nodes["left"] >= 0]
    for name in ("left", "right", "feature", "threshold"):
        arrays[name][inner["tree"].to_numpy(), inner["id"].to_numpy()] = inner[name].to_numpy()
    arrays["prediction"][nodes["tree"].to_numpy(), nodes["id"].to_numpy()] = nodes["prediction"].to_numpy()
    return {**arrays, "weights": weights}


@dataclass(frozen=True, kw_only=True)
class SparkTrees:
    """`frame`: one row per training example with `_period`, the features and the label.

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

    def rows(self, periods: Sequence[date]) -> DataFrame:
        """The rows of `periods`."""
        return self.frame.where(F.col(PERIOD).isin(list(periods)))

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:  # noqa: ARG002
        """Fit on the training periods; log loss on the tuning periods."""
        scores = self.fit(params, split.train).scores(split.tuning)
        return Binary().loss(scores.truth, scores.raw), {}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedSpark:
        """Boost over `periods`."""
        settings: dict[str, Any] = {**params, "seed": self.seed}
        trees = GBTClassifier(featuresCol=_VECTOR, labelCol=_LABEL, **settings)
        return FittedSpark(model=trees.fit(self.rows(periods)), learner=self)


def assembled(frame: DataFrame, model: Model) -> DataFrame:
    """`frame` as Spark's trees want it: `_period`, `_label`, and the features in one vector.

    Raises ValueError if a feature may be null: Spark's trees accept no nulls.
    """
    nullable = [feature.name for feature in model_features(model) if feature.null_meaning]
    if nullable:
        raise ValueError(
            f"model {model.name!r} takes {nullable}, which may be null, but algorithm {Algorithm.SPARK_GBT} accepts no "
            f"nulls: fill them in the features' expressions, or declare {Algorithm.XGBOOST}"
        )
    features, label = model.features, model.outcome.label
    numbers = frame.select(
        PERIOD, F.col(label).cast("double").alias(_LABEL), *(F.col(f).cast("double") for f in features)
    )
    assembler = VectorAssembler(inputCols=list(features), outputCol=_VECTOR, handleInvalid="error")
    return assembler.transform(numbers).select(PERIOD, _LABEL, _VECTOR)
