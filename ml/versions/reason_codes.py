"""Reasons for a served model's answer: the contribution of each feature to a row's raw answer.

MLflow stores this file beside `scorer.py`, which runs it only when a request asks for reasons, so it imports nothing
from `ml`. A raw answer is the model's output before calibration: log-odds, a class's score, or a value.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.exceptions import MlflowException

Matrix = npt.NDArray[np.float64]
# From features, one column per number, to contributions of shape (rows, outputs, columns + 1); the last column is the
# base value. They sum to the raw answer.
Explained = Callable[[Matrix], Matrix]
Expand = Callable[[Matrix, Sequence[Sequence[float]]], Matrix]
# From the folder of a model to its scoring function, without PyTorch.
Network = Callable[[Path], Callable[[Matrix], Matrix]]
# Orders in which a network's columns are added, each also in reverse: with more, contributions hardly change.
_ORDERS = 8


def _xgboost(directory: Path, _expand: Expand) -> Explained:
    """Exact Shapley values of the trees, by XGBoost (Lundberg et al. 2018, "Consistent Individualized Attribution")."""
    import xgboost  # noqa: PLC0415 - other models are served without XGBoost installed

    booster = xgboost.Booster(params={"device": "cpu", "nthread": 1}, model_file=str(directory / "booster.ubj"))

    def explained(matrix: Matrix) -> Matrix:
        found = booster.predict(xgboost.DMatrix(matrix.astype(np.float32)), pred_contribs=True)
        return np.asarray(found, dtype=np.float64).reshape(len(matrix), -1, matrix.shape[1] + 1)

    return explained


def _lightgbm(directory: Path, _expand: Expand) -> Explained:
    """The same with LightGBM."""
    import lightgbm  # noqa: PLC0415 - as with XGBoost

    booster = lightgbm.Booster(model_file=str(directory / "booster.txt"))

    def explained(matrix: Matrix) -> Matrix:
        found = booster.predict(matrix, pred_contrib=True, num_threads=1)
        return np.asarray(found, dtype=np.float64).reshape(len(matrix), -1, matrix.shape[1] + 1)

    return explained


def _linear(directory: Path, expand: Expand) -> Explained:
    """Weight times the distance from the mean of the fitted rows, summed over the bins of each column."""
    saved = json.loads((directory / "linear.json").read_text())
    weights, means = np.array(saved["weights"]), np.array(saved["means"])
    base = weights @ means + np.array(saved["intercepts"])
    # Each column has a position in each bin, and a null indicator.
    ends = np.cumsum([len(edges) for edges in saved["edges"]])[:-1]

    def explained(matrix: Matrix) -> Matrix:
        shares = (expand(matrix, saved["edges"]) - means)[:, None, :] * weights
        columns = [part.sum(axis=2) for part in np.split(shares, ends, axis=2)]
        return np.stack([*columns, np.broadcast_to(base, columns[0].shape)], axis=2)

    return explained


def _network(directory: Path, network: Network) -> Explained:
    """Sampled Shapley values against the median row (Strumbelj & Kononenko 2014, "Explaining prediction models").

    A column's contribution is the answer's mean gain when the column takes the row's value, over a few fixed orders;
    contributions sum to the raw answer for any orders.
    """
    answer = network(directory)
    with np.load(directory / "network.npz", allow_pickle=False) as saved:
        median = saved["median"].astype(np.float64)
    base, random = float(answer(median[None, :])[0]), np.random.default_rng(0)
    orders = [
        order
        for _ in range(_ORDERS // 2)
        for drawn in [random.permutation(len(median))]
        for order in (drawn, drawn[::-1])
    ]

    def one(row: Matrix) -> Matrix:
        found = np.zeros(len(median))
        for order in orders:
            steps = np.tile(median, (len(order) + 1, 1))
            for place, column in enumerate(order, start=1):
                steps[place:, column] = row[column]
            found[order] += np.diff(answer(steps))
        return np.append(found / len(orders), base)

    def explained(matrix: Matrix) -> Matrix:
        return np.stack([one(row)[None, :] for row in matrix]) if len(matrix) else np.empty((0, 1, len(median) + 1))

    return explained


_EXPLAINED: Mapping[str, Callable[[Path, Expand], Explained]] = {
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "linear": _linear,
}


def explainer(
    directory: Path, description: Mapping[str, Any], expand: Expand, network: Network | None = None
) -> Explained:
    """The explainer of the model in `directory`, by feature instead of column; for an average, the mean of its parts.

    Raises MlflowException for a learner without an explainer.
    """
    able = _EXPLAINED if network is None else {**_EXPLAINED, "network": lambda at, _: _network(at, network)}
    silent = [each for each in description["learners"] if each not in able]
    if silent:
        known = ", ".join(able)
        raise MlflowException.invalid_parameter_value(
            f"{', '.join(silent)} gives no reasons, only {known} do: request none"
        )
    parts = [able[each](directory, expand) for each in description["learners"]]
    categories = description["categories"]
    widths = [
        len(categories.get(each["name"], ())) if each["kind"] == "category" else 1 for each in description["features"]
    ]
    ends = np.cumsum(widths)

    def explained(matrix: Matrix) -> Matrix:
        found = np.mean([part(matrix) for part in parts], axis=0)
        return np.stack([each.sum(axis=2) for each in np.split(found, ends, axis=2)], axis=2)

    return explained


def reasons(explained: Explained, matrix: Matrix, features: Sequence[str], count: int) -> pd.DataFrame:
    """One row per row of `matrix`: `raw_answer`, `base_value`, and `reasons`: the `count` largest contributions.

    Base value and all contributions sum to the raw answer; with several classes, that of the likeliest class. A reason
    is a `feature` and its `contribution`, the largest absolute one first.
    """
    found = explained(matrix)
    raw = found.sum(axis=2)
    rows, likeliest = np.arange(len(matrix)), raw.argmax(axis=1)
    chosen = found[rows, likeliest]
    pulls, base = chosen[:, :-1], chosen[:, -1]
    order = np.argsort(-np.abs(pulls), axis=1, kind="stable")[:, :count]
    listed = [
        [{"feature": features[at], "contribution": float(pulls[row, at])} for at in places]
        for row, places in enumerate(order)
    ]
    return pd.DataFrame({"raw_answer": raw[rows, likeliest], "base_value": base, "reasons": listed})
