"""Columns cut into a few bins each, so that slices of rows can be described in words."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

RETRAINS = False

Codes = npt.NDArray[np.int64]
# Quintiles: a fifth of the rows is a slice that people can inspect, and two columns together give slices of 4 %.
_BINS = 5
# A column with at most this many values is cut by value; values with less than the share are merged into "others".
_VALUES, _LEAST_SHARE = 12, 0.04


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """The cut of one column: at `edges` for a number with many values, else by `values`; null is a separate bin.

    `labels`: each bin in words, like `age > 60` or `sex = 2`.
    """

    column: str
    edges: npt.NDArray[np.float64] | None
    values: tuple[object, ...]
    labels: tuple[str, ...]

    def codes(self, values: pd.Series) -> Codes:
        """The bin of each value, from 0 on; shape (rows,)."""
        null = values.isna().to_numpy()
        if self.edges is None:
            places = {value: place for place, value in enumerate(self.values)}
            found = values.map(places).fillna(len(self.values)).to_numpy(dtype=np.int64)
        else:
            found = np.searchsorted(self.edges, values.to_numpy(dtype=float, na_value=0.0), side="left").astype(
                np.int64
            )
        return np.where(null, len(self.labels) - 1, found)


def cut(column: str, values: pd.Series) -> Cut | None:
    """The cut of a column with these values: quintiles of a number, otherwise the common values; None: only one bin."""
    known = values.dropna()
    numeric = pd.api.types.is_numeric_dtype(known.dtype) and not pd.api.types.is_bool_dtype(known.dtype)
    shares = known.value_counts(normalize=True)
    if numeric and len(shares) > _VALUES:
        # Edges are distinct existing values: a bin between two equal edges would be empty.
        inner = np.linspace(0, 1, _BINS + 1)[1:-1]
        edges = np.unique(np.quantile(known.to_numpy(dtype=float), inner, method="lower"))
        return Cut(column=column, edges=edges, values=(), labels=(*_between(column, edges), f"{column} = null"))
    common = tuple(shares.index[shares >= _LEAST_SHARE][:_VALUES])
    labels = (*(f"{column} = {_shown(value)}" for value in common), f"{column} = other", f"{column} = null")
    whole = len(common) < 2 and len(shares) <= len(common) and len(known) == len(values)
    return None if whole else Cut(column=column, edges=None, values=common, labels=labels)


def _between(column: str, edges: npt.NDArray[np.float64]) -> list[str]:
    shown = [_shown(edge) for edge in edges]
    inner = [f"{low} < {column} <= {high}" for low, high in pairwise(shown)]
    return [f"{column} <= {shown[0]}", *inner, f"{column} > {shown[-1]}"]


def _shown(value: object) -> str:
    """Four digits, and no exponent for a large number: `16190`, not `1.619e+04`."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.4g}"
    return f"{float(short):.0f}" if "e+" in short else short
