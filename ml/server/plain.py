"""The short way from a request to a model: plain numbers straight into its matrix, without a data frame. Pure.

Only values that are exactly what the signature says go this way. Whatever is in doubt, a cast, a null that may not be,
a missing column, goes through MLflow, which alone decides what is accepted and what is said about it.
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
    """What a served model offers to be asked without data frames.

    `features` are the columns of the matrix, in order. `predict_matrix` answers as `predict` does, column by column; it
    may be called while `predict` runs in another thread, and its rows may come from several requests.
    """

    features: Sequence[str]

    def predict_matrix(self, matrix: Matrix) -> Predictions:
        """One value per row and column of the answer. Raises whatever `predict` would."""


# Which Python types are exactly what a column of the signature says. True is no whole number here.
_PLAIN: Mapping[Any, frozenset[type]] = {
    DataType.double: frozenset((float, int, type(None))),
    DataType.long: frozenset((int,)),
    DataType.boolean: frozenset((bool,)),
}


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A model that can be asked this way, and which values each of its columns takes."""

    model: MatrixModel
    columns: tuple[tuple[str, frozenset[type]], ...]

    def matrix(self, rows: Sequence[Mapping[str, Any]]) -> Matrix | None:
        """The rows as numbers, a null as NaN; None if any value is not plain or a column is missing."""
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
    """How `model` is asked without data frames; None if it does not offer that, or its signature has other types."""
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
