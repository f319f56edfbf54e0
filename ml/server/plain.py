"""The fast path from a request to a model: plain numbers straight into its matrix, without a data frame. Pure.

Only values that exactly match the signature take it. Everything else (a cast, a forbidden null, a missing column) goes
through MLflow, which alone decides on acceptance and on error messages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from mlflow.types import ColSpec, DataType, Schema

Matrix = npt.NDArray[np.float64]
Predictions = Mapping[str, npt.NDArray[Any]]
# Beyond it, whole numbers are no longer exact as doubles.
_EXACT = 1 << 53


class MatrixModel(Protocol):
    """A served model that can score without data frames.

    `features` are the columns of the matrix, in order. `predict_matrix` answers as `predict` does, column by column; it
    may be called while `predict` runs in another thread, and its rows may come from several requests.
    """

    features: Sequence[str]

    def predict_matrix(self, matrix: Matrix) -> Predictions:
        """One value per row and column of the answer. Raises whatever `predict` would."""


# The Python types that exactly match a column type of the signature. True is not a whole number here.
_PLAIN: Mapping[Any, frozenset[type]] = {
    DataType.double: frozenset((float, int, type(None))),
    DataType.long: frozenset((int,)),
    DataType.boolean: frozenset((bool,)),
}


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A model with the fast path, and the accepted value types of each column."""

    model: MatrixModel
    columns: tuple[tuple[str, frozenset[type]], ...]

    def matrix(self, rows: Sequence[Mapping[str, Any]]) -> Matrix | None:
        """The rows as numbers, null as NaN; None if any value is not plain or a column is missing."""
        values: list[list[Any]] = []
        for row in rows:
            line = []
            for name, types in self.columns:
                value = row.get(name, values)
                kind = type(value)
                if kind not in types or (kind is int and not -_EXACT < value < _EXACT):
                    return None
                line.append(value)
            values.append(line)
        return np.array(values, dtype=np.float64)


def plain(model: object, schema: Schema | None) -> Plain | None:
    """The fast path of `model`; None if it has none, or its signature has other types."""
    features = getattr(model, "features", None)
    if not callable(getattr(model, "predict_matrix", None)) or not isinstance(features, list | tuple):
        return None
    specified = {column.name: column for column in (schema.inputs if schema else []) if isinstance(column, ColSpec)}
    if set(specified) != set(features) or not {column.type for column in specified.values()} <= set(_PLAIN):
        return None
    offered: Any = model
    return Plain(model=offered, columns=tuple((name, _PLAIN[specified[name].type]) for name in features))


def records(predictions: Predictions) -> list[dict[str, Any]]:
    """The answer as one dictionary per row."""
    columns = [column.tolist() for column in predictions.values()]
    return [dict(zip(predictions, row, strict=True)) for row in zip(*columns, strict=True)]
