"""Columns of any type encoded as numbers, for trees."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

RETRAINS = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Coded:
    """Text is coded by the order of its values in the rows given to `of`; NaN for new, infinite or null values."""

    places: dict[str, dict[object, int]]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Coded":
        """The codes of these rows."""
        text = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
        return cls(
            places={
                str(name): {value: place for place, value in enumerate(sorted(frame[name].dropna().unique(), key=str))}
                for name in text
            }
        )

    def numbers(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Shape (rows, columns)."""
        columns = [
            frame[name].map(self.places[str(name)]) if str(name) in self.places else frame[name] for name in frame
        ]
        found = np.column_stack([each.to_numpy(dtype=float, na_value=math.nan) for each in columns])
        return np.where(np.isfinite(found), found, math.nan)
