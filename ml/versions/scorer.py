"""Scoring with a version. MLflow stores this file in the artifact, so it imports nothing from `ml`.

No pickle: the artifact holds `model.json` (features, categories, learners, calibration) and the fitted parameters of
each learner: XGBoost's `booster.ubj`, LightGBM's `booster.txt`, `linear.json`, `trees.npz` for Spark's trees, or
`network.npz` with the weights of a network. Several learners are averaged.
A learner that needs more than a matrix of numbers brings its own reader: the package `brought`, with `load`.
`Scorer` takes a DataFrame with the declared features, or numbers alone, and returns one row of the declared output per
input row. Spark's workers load this file alone, so it does not import MLflow, which takes a second.
"""

import json
import runpy
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

DESCRIPTION_FILE = "model.json"
XGBOOST_FILE = "booster.ubj"
LIGHTGBM_FILE = "booster.txt"
LINEAR_FILE = "linear.json"
TREES_FILE = "trees.npz"
NETWORK_FILE = "network.npz"
BROUGHT_FOLDER = "brought"
PROBABILITY = "probability"

Matrix = npt.NDArray[np.float64]
# From features, one column per number, to raw answers of shape (rows,), or (rows, classes).
Raw = Callable[[Matrix], Matrix]
Answer = Mapping[str, npt.NDArray[Any]]

# Rows per pass through the trees: indices of 4,096 rows x 100 trees are 3 MB.
_CHUNK = 4096
# PyTorch's epsilon, added to a variance before the square root.
_NORM_EPSILON = 1e-5
_DAY = pd.Timedelta(days=1)


def encode(frame: pd.DataFrame, kinds: Mapping[str, str], categories: Mapping[str, Sequence[str]]) -> Matrix:
    """One column per number, unchanged; per time, in days since 1970; and per known category of a text, 1 or 0.

    `kinds` gives the kind of each feature, in order. A null is NaN in all columns of its feature; an unknown category
    is 0 in all of them.
    """
    if set(kinds.values()) <= {"number"}:
        numbers: Matrix = frame[list(kinds)].astype("float64").to_numpy()
        return numbers
    columns = [column for name, kind in kinds.items() for column in _columns(frame[name], kind, categories.get(name))]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))


def _columns(values: "pd.Series[Any]", kind: str, known: Sequence[str] | None) -> list[Matrix]:
    if kind == "category":
        null = values.isna().to_numpy()
        return [np.where(null, np.nan, (values == each).fillna(False).to_numpy(float)) for each in known or ()]
    if kind == "time":
        days = (pd.to_datetime(values).dt.tz_localize(None) - pd.Timestamp(0)) / _DAY
        return [np.asarray(days, dtype=np.float64)]
    return [np.asarray(values, dtype=np.float64)]


def expand(matrix: Matrix, edges: Sequence[Sequence[float]]) -> Matrix:
    """The input of a linear model: per column its position in each bin, then a null indicator.

    A value has 1 in the bins below its own, the covered share of its own bin, and 0 in the bins above: a line with a
    bend at each edge, flat outside. A null has 0 in all. Source: Gorishniy et al. 2022, "On Embeddings for Numerical
    Features in Tabular Deep Learning", section 3.1 (piecewise linear encoding).
    """
    parts = []
    for at, bounds in enumerate(edges):
        column, limits = matrix[:, at], np.asarray(bounds)
        null = np.isnan(column)
        places = (np.where(null, -np.inf, column)[:, None] - limits[:-1]) / np.diff(limits)
        parts += [np.clip(places, 0.0, 1.0), null[:, None].astype(float)]
    return np.concatenate(parts, axis=1) if parts else np.empty((len(matrix), 0))


def xgboost_raw(directory: Path) -> Raw:
    """Margins from the XGBoost booster in `directory`; on the CPU, whatever device fitted it.

    One thread: a server scores one row at a time and Spark runs a task per core, so more threads would only wait.
    """
    import xgboost  # noqa: PLC0415 - other models are served without XGBoost installed

    booster = xgboost.Booster(params={"device": "cpu", "nthread": 1}, model_file=str(directory / XGBOOST_FILE))

    def raw(matrix: Matrix) -> Matrix:
        margins = booster.inplace_predict(matrix.astype(np.float32), predict_type="margin")
        return np.asarray(margins, dtype=np.float64)

    return raw


def lightgbm_raw(directory: Path) -> Raw:
    """Raw scores from the LightGBM booster in `directory`, on one thread."""
    import lightgbm  # noqa: PLC0415 - as with XGBoost

    booster = lightgbm.Booster(model_file=str(directory / LIGHTGBM_FILE))

    def raw(matrix: Matrix) -> Matrix:
        return np.asarray(booster.predict(matrix, raw_score=True, num_threads=1), dtype=np.float64)

    return raw


def linear_raw(directory: Path) -> Raw:
    """The weighted sum of the expanded columns, with the weights in `directory`."""
    saved = json.loads((directory / LINEAR_FILE).read_text())
    weights, intercepts = np.array(saved["weights"]), np.array(saved["intercepts"])

    def raw(matrix: Matrix) -> Matrix:
        sums: Matrix = expand(matrix, saved["edges"]) @ weights.T + intercepts
        return sums[:, 0] if sums.shape[1] == 1 else sums

    return raw


def spark_raw(directory: Path) -> Raw:
    """Log-odds from Spark's trees: arrays of shape (trees, nodes), traversed for many rows at once.

    A leaf is its own child, so after as many steps as the deepest tree has levels, every row is in a leaf. NaN goes
    right, as in Spark.
    """
    with np.load(directory / TREES_FILE, allow_pickle=False) as saved:
        trees = {name: saved[name] for name in saved.files}
    each = np.arange(len(trees["weights"]))[None, :]

    def walk(matrix: Matrix) -> Matrix:
        rows, at = np.arange(len(matrix))[:, None], np.zeros((len(matrix), each.size), dtype=np.int64)
        while True:
            below = matrix[rows, trees["feature"][each, at]] <= trees["threshold"][each, at]
            following = np.where(below, trees["left"][each, at], trees["right"][each, at])
            if (following == at).all():
                break
            at = following
        # Spark's GBTClassifier minimises log(1 + exp(-2 y F)), so its F is half the log-odds.
        log_odds: Matrix = 2.0 * (trees["prediction"][each, at] @ trees["weights"])
        return log_odds

    return partial(_in_chunks, walk)


def network_raw(directory: Path) -> Raw:
    """The scoring function of the network with the weights in `directory`."""
    with np.load(directory / NETWORK_FILE, allow_pickle=False) as saved:
        return network_of({name: saved[name].astype(np.float64) for name in saved.files})


def network_of(weights: Mapping[str, Matrix]) -> Raw:
    """The scoring function of the network with these weights, by their names in PyTorch."""
    return partial(_in_chunks, partial(_stacked if "past" in weights else _tabular, weights))


def _tabular(weights: Mapping[str, Matrix], matrix: Matrix) -> Matrix:
    """The arithmetic of `ml/neural/tabular.py`."""
    rows = _layer(weights, _embedded(weights, matrix), "first")
    for block in range(_count(weights, ".norm.weight")):
        inner = np.maximum(
            _layer(weights, _normed(weights, rows, f"blocks.{block}.norm"), f"blocks.{block}.first"), 0.0
        )
        rows = rows + _layer(weights, inner, f"blocks.{block}.second")
    return _layer(weights, np.maximum(_normed(weights, rows, "norm"), 0.0), "last")[:, 0]


def _stacked(weights: Mapping[str, Matrix], matrix: Matrix) -> Matrix:
    """The arithmetic of `ml/neural/stacked.py`."""
    left = np.nan_to_num(matrix[:, weights["past"].astype(np.int64)])
    context = _embedded(weights, matrix)
    found = []
    for block in range(_count(weights, ".explained.weight")):
        inner = np.maximum(_layer(weights, np.concatenate([left, context], axis=1), f"blocks.{block}.first"), 0.0)
        inner = np.maximum(_layer(weights, inner, f"blocks.{block}.second"), 0.0)
        left = left - _layer(weights, inner, f"blocks.{block}.explained")
        found.append(inner)
    return _layer(weights, np.concatenate(found, axis=1), "last")[:, 0]


def _count(weights: Mapping[str, Matrix], end: str) -> int:
    return sum(name.startswith("blocks.") and name.endswith(end) for name in weights)


def _layer(weights: Mapping[str, Matrix], rows: Matrix, name: str) -> Matrix:
    made: Matrix = rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return made


def _normed(weights: Mapping[str, Matrix], rows: Matrix, name: str) -> Matrix:
    centred = rows - rows.mean(axis=1, keepdims=True)
    scaled: Matrix = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + _NORM_EPSILON)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _embedded(weights: Mapping[str, Matrix], matrix: Matrix) -> Matrix:
    """The embedding vectors of the columns, concatenated."""
    null = np.isnan(matrix)[:, :, None]
    places = (np.nan_to_num(matrix)[:, :, None] - weights["lower"]) / weights["span"]
    encoded = np.concatenate([np.where(null, 0.0, np.clip(places, 0.0, 1.0)), null], axis=2)
    # A column at a time: (columns, rows, bins) by (columns, bins, embedding).
    vectors = np.matmul(encoded.transpose(1, 0, 2), weights["vectors"]).transpose(1, 0, 2) + weights["shift"]
    beside: Matrix = np.maximum(vectors, 0.0).reshape(len(matrix), weights["shift"].size)
    return beside


def _in_chunks(answer: Raw, matrix: Matrix) -> Matrix:
    chunks = [answer(matrix[start : start + _CHUNK]) for start in range(0, len(matrix), _CHUNK)]
    return np.concatenate(chunks) if chunks else np.empty(0)


def _sigmoid(raw: Matrix, calibration: Mapping[str, Any]) -> Answer:
    return {PROBABILITY: 1.0 / (1.0 + np.exp(-(calibration["slope"] * raw + calibration["intercept"])))}


def _temperature(raw: Matrix, calibration: Mapping[str, Any]) -> Answer:
    scores = raw / calibration["temperature"]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances, classes = odds / odds.sum(axis=1, keepdims=True), calibration["classes"]
    named = {f"{PROBABILITY}_{each}": chances[:, at] for at, each in enumerate(classes)}
    kind = object if isinstance(classes[0], str) else np.int64
    return {"prediction": np.array(classes, dtype=kind)[chances.argmax(axis=1)], **named}


def _bounds(raw: Matrix, calibration: Mapping[str, Any]) -> Answer:
    half = calibration["half_width"]
    return {"prediction": raw, "lower": raw - half, "upper": raw + half}


_READERS: dict[str, Callable[[Path], Raw]] = {
    "xgboost": xgboost_raw,
    "lightgbm": lightgbm_raw,
    "linear": linear_raw,
    "spark_gbt": spark_raw,
    "network": network_raw,
}
_CALIBRATIONS = {"sigmoid": _sigmoid, "temperature": _temperature, "bounds": _bounds}


class Scorer:
    """Features in, calibrated answers out; with reasons if it is given the file `reason_codes.py`."""

    def __init__(self, directory: Path, reason_codes: str = "") -> None:
        self._directory, self._reason_codes = directory, reason_codes
        self._description = json.loads((directory / DESCRIPTION_FILE).read_text())
        features = self._description["features"]
        self.features: list[str] = [feature["name"] for feature in features]
        self._kinds: dict[str, str] = {feature["name"]: feature["kind"] for feature in features}
        self._required = {at: feature["name"] for at, feature in enumerate(features) if not feature["nullable"]}
        self._brought = _brought(directory, self._description)
        self._raw = [] if self._brought else [_READERS[learner](directory) for learner in self._description["learners"]]
        self._calibration = self._description["calibration"]

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One answer per row of `frame`, with its index. Raises ValueError for missing or null features."""
        absent = [name for name in self.features if name not in frame.columns]
        if absent:
            raise ValueError(f"features {absent} are missing: the model needs {self.features}")
        _refuse_nulls(name for name in self._required.values() if frame[name].isna().any())
        answers = self._brought(frame) if self._brought else self._answers(self._encoded(frame))
        return pd.DataFrame(answers, index=frame.index)

    def _encoded(self, frame: pd.DataFrame) -> Matrix:
        return encode(frame, self._kinds, self._description["categories"])

    @cached_property
    def _why(self) -> Callable[..., pd.DataFrame]:
        # Loaded on first use and kept: loading takes as long as explaining a row.
        code = runpy.run_path(self._reason_codes)
        return partial(code["reasons"], code["explainer"](self._directory, self._description, expand, network_raw))

    def with_reasons(self, frame: pd.DataFrame, count: int) -> pd.DataFrame:
        """The answers with the `count` largest reasons."""
        answers, found = self(frame), self._why(self._encoded(frame), self.features, count)
        return answers.join(found.set_index(answers.index))

    def numbers(self, matrix: Matrix) -> Answer:
        """By output column, one answer per row of `matrix`, whose columns are `features`; NaN for null.

        For models with numeric features only. Raises ValueError for null features.
        """
        _refuse_nulls(name for at, name in self._required.items() if np.isnan(matrix[:, at]).any())
        if self._brought:
            return self._brought(pd.DataFrame(matrix, columns=self.features))
        return self._answers(matrix)

    def _answers(self, matrix: Matrix) -> Answer:
        raw: Matrix = sum(each(matrix) for each in self._raw) / len(self._raw)  # type: ignore[assignment]
        return _CALIBRATIONS[self._calibration["method"]](raw, self._calibration)


def _brought(directory: Path, description: Mapping[str, Any]) -> Callable[[pd.DataFrame], Answer] | None:
    """The scoring function for a frame of features, from the learner's own reader; None: it has none."""
    folder = directory / BROUGHT_FOLDER
    if not folder.is_dir():
        return None
    # A unique module name: one process may serve several versions, each with its own code.
    name = f"{BROUGHT_FOLDER}_{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    described = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert described is not None
    assert described.loader is not None
    sys.modules[name] = code = module_from_spec(described)
    # The folder belongs to a version: logged and served artifacts contain no bytecode.
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        described.loader.exec_module(code)
    finally:
        sys.dont_write_bytecode = written
    answer: Callable[[pd.DataFrame], Answer] = code.load(directory, description, _READERS, encode)
    return answer


def _refuse_nulls(names: Iterable[str]) -> None:
    null = list(names)
    if null:
        raise ValueError(f"features {null} contain nulls, which are not allowed: fill or drop those rows")
