"""Measures with their names and units, and the comparison of two models by one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_any_real_numeric_dtype

from ml.declarations import Direction, Measure
from ml.evaluation.comparing import compare
from ml.evaluation.resampling import Bootstrap, Interval, Weighed

Floats = npt.NDArray[np.float64]
# The challenger's and the champion's answers to the same rows.
Pair = tuple[Floats, Floats]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Values by name over `rows` rows; `units`: the units of those that have one."""

    rows: int
    values: Mapping[str, float]
    units: Mapping[str, str]

    def as_dict(self) -> dict[str, float]:
        """`rows` and every value."""
        return {"rows": self.rows, **self.values}

    def summary(self) -> str:
        """One line; values without a unit have four digits, others show their unit."""
        listed = (f"{name} {value:.4f} {self.units.get(name, '')}".rstrip() for name, value in self.values.items())
        return f"{self.rows} rows: " + ", ".join(listed)


def checked(truth: npt.ArrayLike, output: pd.DataFrame, columns: tuple[str, ...]) -> tuple[Floats, pd.DataFrame]:
    """Both, of equal length. Raises ValueError for no rows, missing columns, or a number that is NaN or infinite."""
    values = np.asarray(truth, dtype=float)
    absent = [name for name in columns if name not in output]
    if absent:
        raise ValueError(f"columns {absent} are missing from the answers {list(output)}")
    if values.ndim != 1 or len(values) != len(output):
        raise ValueError(f"truth {values.shape} and {len(output)} answers must have one length")
    if not len(values):
        raise ValueError("there are no rows to evaluate on: the hold-out is empty")
    # Column by column: a frame of the numbers takes ten times as long, and many measures ask this of the same answers.
    odd = np.zeros(len(output), dtype=bool)
    for name in columns:
        if is_any_real_numeric_dtype(output[name].dtype):
            odd |= ~np.isfinite(output[name].to_numpy(float))
    wrong = int((~np.isfinite(values)).sum() + odd.sum())
    if wrong:
        raise ValueError(f"{wrong} rows contain NaN or infinity, which cannot be measured")
    return values, output


def improvement(
    measure: Measure, measured: Callable[[Floats, Floats], Weighed], truth: Floats, pair: Pair, drawn: Bootstrap
) -> Interval:
    """How much better the challenger is than the champion: positive is better, whichever way `measure` improves."""
    challenger, champion = pair
    found = compare({measure.name: measured}, truth, challenger, champion, drawn)[measure.name].interval
    if measure.better is Direction.HIGHER:
        return found
    return replace(found, difference=-found.difference, lower=-found.upper, upper=-found.lower)
