"""The model as it is served. MLflow stores this file in the artifact, so it imports nothing from `ml`.

No pickle: the artifact holds `model.json` (features, calibration, kind of booster) and the booster itself,
XGBoost's own `booster.ubj` or the parquet that Spark ML wrote. `predict` takes a DataFrame with the
declared features and returns one with the single column `probability`, one row per row given.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.pyfunc.model import PythonModel

DESCRIPTION_FILE = "model.json"
XGBOOST_FILE = "booster.ubj"
SPARK_DIRECTORY = "spark_gbt"
PROBABILITY = "probability"

Matrix = npt.NDArray[np.float64]
LogOdds = Callable[[Matrix], Matrix]

# Rows walked through the trees at once: 4,096 x 100 trees of indices are 3 MB.
_CHUNK = 4096


def xgboost_log_odds(directory: Path) -> LogOdds:
    """Log-odds by the XGBoost booster in `directory`; on the CPU, whatever it was fitted on.

    One thread: a server answers one row at a time and Spark runs a task per core, so more would only wait.
    """
    import xgboost  # noqa: PLC0415 - a Spark model is served where XGBoost need not be installed

    booster = xgboost.Booster(params={"device": "cpu", "nthread": 1}, model_file=str(directory / XGBOOST_FILE))

    def log_odds(matrix: Matrix) -> Matrix:
        margins = booster.inplace_predict(matrix.astype(np.float32), predict_type="margin")
        return np.asarray(margins, dtype=np.float64)

    return log_odds


class Trees:
    """Gradient-boosted trees as arrays of shape (trees, nodes), walked for many rows at once.

    A leaf's children are itself, so a walk as deep as the deepest tree ends in a leaf everywhere.
    """

    def __init__(self, nodes: pd.DataFrame, weights: Matrix) -> None:
        """`nodes`: one row per `tree` and node `id` with `left`, `right`, `feature`, `threshold`, `prediction`."""
        width = int(nodes["id"].max()) + 1
        shape = (len(weights), width)
        self._weights = weights
        self._left = np.tile(np.arange(width), (len(weights), 1))
        self._right = self._left.copy()
        self._feature = np.zeros(shape, dtype=np.int64)
        self._threshold, self._prediction = np.zeros(shape), np.zeros(shape)
        inner = nodes[nodes["left"] >= 0]
        at = (inner["tree"].to_numpy(), inner["id"].to_numpy())
        for target, column in (
            (self._left, "left"),
            (self._right, "right"),
            (self._feature, "feature"),
            (self._threshold, "threshold"),
        ):
            target[at] = inner[column].to_numpy()
        self._prediction[nodes["tree"].to_numpy(), nodes["id"].to_numpy()] = nodes["prediction"].to_numpy()

    def log_odds(self, matrix: Matrix) -> Matrix:
        """Log-odds of each row of `matrix` (rows, features). NaN goes right, as in Spark."""
        chunks = [self._walk(matrix[start : start + _CHUNK]) for start in range(0, len(matrix), _CHUNK)]
        return np.concatenate(chunks) if chunks else np.empty(0)

    def _walk(self, matrix: Matrix) -> Matrix:
        trees = np.arange(len(self._weights))[None, :]
        rows = np.arange(len(matrix))[:, None]
        at = np.zeros((len(matrix), len(self._weights)), dtype=np.int64)
        while True:
            below = matrix[rows, self._feature[trees, at]] <= self._threshold[trees, at]
            following = np.where(below, self._left[trees, at], self._right[trees, at])
            if (following == at).all():
                break
            at = following
        # Spark's GBTClassifier minimises log(1 + exp(-2 y F)), so its F is half the log-odds.
        log_odds: Matrix = 2.0 * (self._prediction[trees, at] @ self._weights)
        return log_odds


def spark_log_odds(directory: Path) -> LogOdds:
    """Log-odds by the `GBTClassificationModel` that Spark saved, read from its parquet without Spark."""
    saved = pd.read_parquet(directory / SPARK_DIRECTORY / "data")
    metadata = pd.read_parquet(directory / SPARK_DIRECTORY / "treesMetadata").sort_values("treeID")
    fields = pd.json_normalize(saved["nodeData"].tolist())
    if "split.numCategories" in fields and (fields.loc[fields["leftChild"] >= 0, "split.numCategories"] != -1).any():
        raise ValueError("the model splits on categories, which this reader does not know: train on numbers only")
    nodes = pd.DataFrame(
        {
            "tree": saved["treeID"].to_numpy(),
            "id": fields["id"],
            "left": fields["leftChild"],
            "right": fields["rightChild"],
            "feature": fields["split.featureIndex"],
            "threshold": [values[0] if len(values) else 0.0 for values in fields["split.leftCategoriesOrThreshold"]],
            "prediction": fields["prediction"],
        }
    )
    return Trees(nodes, metadata["weights"].to_numpy(dtype=float)).log_odds


_READERS: dict[str, Callable[[Path], LogOdds]] = {"xgboost": xgboost_log_odds, "spark_gbt": spark_log_odds}


class Scorer:
    """Features in, calibrated probability out."""

    def __init__(self, directory: Path) -> None:
        description = json.loads((directory / DESCRIPTION_FILE).read_text())
        self.features: list[str] = [feature["name"] for feature in description["features"]]
        self._required = {i: f["name"] for i, f in enumerate(description["features"]) if not f["nullable"]}
        self._slope = float(description["calibration"]["slope"])
        self._intercept = float(description["calibration"]["intercept"])
        self._log_odds = _READERS[description["algorithm"]](directory)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One `probability` per row of `frame`, with its index. Raises ValueError for absent or null features."""
        absent = [name for name in self.features if name not in frame.columns]
        if absent:
            raise ValueError(f"features {absent} are missing: the model needs {self.features}")
        numbers = frame[self.features].astype("float64").to_numpy()
        return pd.DataFrame({PROBABILITY: self.probabilities(numbers)}, index=frame.index)

    def probabilities(self, matrix: Matrix) -> Matrix:
        """One per row of `matrix`, whose columns are `features`, NaN for null. Raises ValueError for null features."""
        null = [name for column, name in self._required.items() if np.isnan(matrix[:, column]).any()]
        if null:
            raise ValueError(f"features {null} hold nulls, which they must not: fill or drop those rows")
        calibrated = self._slope * self._log_odds(matrix) + self._intercept
        probabilities: Matrix = 1.0 / (1.0 + np.exp(-calibrated))
        return probabilities


class ServedModel(PythonModel):
    """The MLflow wrapper around `Scorer`."""

    def load_context(self, context: Any) -> None:
        """Read the booster once, when the model is loaded."""
        self._score = Scorer(Path(context.artifacts["model"]))
        self.features = self._score.features

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002
        """One row with `probability` per row of `model_input`."""
        return self._score(model_input)

    def predict_matrix(self, matrix: Matrix) -> dict[str, Matrix]:
        """What `predict` says of rows as numbers in the order of `features`: how the scoring server asks."""
        return {PROBABILITY: self._score.probabilities(matrix)}


mlflow.models.set_model(ServedModel())
