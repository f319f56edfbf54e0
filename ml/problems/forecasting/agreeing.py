"""The forecasts of an origin that agree: totals are series too, forecast from the sums of their series' pasts.

One call has the rows of one origin and one step. A total's row has its name in place of the first text that names a
series, so a version answers it as it answers any series. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ml import declarations
from ml.declarations.hierarchy import GRAND_TOTAL, Method
from ml.problems.forecasting.reconciliation import Hierarchy, hierarchy, moved_ends, reconciled
from ml.problems.rows_together import KIND, TOTAL, WRITTEN

Floats = npt.NDArray[np.float64]
# What stands for the other names of a series.
_ALL = "*"


@dataclass(frozen=True, kw_only=True)
class AgreeingSeries:
    """As in `together.Together`. `keys`: of the feature table."""

    declared: declarations.Forecasting
    keys: tuple[str, ...]

    @property
    def by(self) -> tuple[str, ...]:
        """The step: forecasts of different periods add up to nothing."""
        return (self.declared.step,)

    @property
    def needs(self) -> tuple[str, ...]:
        """What names a series, its groups and the step."""
        return tuple(dict.fromkeys((*self.by, *self.declared.series, *_of(self.declared).features)))

    def totals(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One row per total of `rows`, the widest first."""
        return total_rows(rows, self.declared, self.keys)

    def agreed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The new rows and the totals, with reconciled forecasts; intervals move with them.

        Written forecasts stay, so the new ones take all of the difference. Raises HierarchyError.
        """
        own = rows[rows[KIND] != TOTAL]
        tree, name = _tree(own, self.declared), _naming(own, self.declared.series)
        totals = rows[rows[KIND] == TOTAL].set_index(name, drop=False).loc[list(tree.totals)]
        both = pd.concat([totals, own], ignore_index=True)
        given = both["forecast"].to_numpy(float)
        method = _of(self.declared).method
        moved = reconciled(
            tree,
            given[:, None],
            # Variances of any other method are given here too, as those of written forecasts are 0.
            Method.BOTTOM_UP if method is Method.BOTTOM_UP else Method.VARIANCE,
            variances=np.where(both[KIND] == WRITTEN, 0.0, self._variances(both, tree)),
            non_negative=self.declared.non_negative,
        )[:, 0]
        moved_ends = both.assign(forecast=moved, **self._ends(both, given, moved))
        found = pd.concat([moved_ends, _names(tree, len(own))], axis=1)
        return found[found[KIND] != WRITTEN]

    def _variances(self, rows: pd.DataFrame, tree: Hierarchy) -> Floats:
        """Shape (totals + series,): from the narrowest interval's upper half, or numbers of series."""
        if _of(self.declared).method is Method.STRUCTURAL:
            return np.concatenate([tree.members.sum(axis=1), np.ones(len(tree.series))])
        high = self.declared.bounds[0][1]
        sizes = (rows[high] - rows["forecast"]).to_numpy(float)
        floor = max(float(np.abs(rows["forecast"].to_numpy(float)).max()), 1.0) * 1e-9
        return np.asarray(np.maximum(sizes, floor) ** 2)

    def _ends(self, rows: pd.DataFrame, given: Floats, moved: Floats) -> dict[str, Floats]:
        """The ends of the intervals, moved with the forecast."""
        found: dict[str, Floats] = {}
        for low, high in self.declared.bounds:
            ends = rows[low].to_numpy(float), rows[high].to_numpy(float)
            found[low], found[high] = moved_ends(*ends, given, moved, non_negative=self.declared.non_negative)
        return found


def total_rows(
    rows: pd.DataFrame, declared: declarations.Forecasting, keys: Sequence[str] = (), summed: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per total, with the columns of `rows`: the past and the columns `summed` are sums over its series.

    A value that no series has is NaN. Other numbers are means, other columns those of the first row; a text among
    `keys` is the total's name and step. Raises HierarchyError.
    """
    tree, naming = _tree(rows, declared), _naming(rows, declared.series)
    sums = {*declared.history, *summed}
    found: dict[Any, Any] = {name: _over(tree, rows[name], sums=name in sums) for name in rows if name != declared.step}
    found[declared.step] = np.repeat(rows[declared.step].iloc[0], len(tree.totals))
    texts = {name: _ALL if _is_text(rows[name]) else 0 for name in declared.series}
    table = pd.DataFrame({**found, **texts, naming: list(tree.totals)})[list(rows)]
    step = str(rows[declared.step].iloc[0])
    keyed = {key: [f"{name}|{step}" for name in tree.totals] for key in keys if key not in declared.series}
    return table.assign(**{key: names for key, names in keyed.items() if _is_text(rows[key])})


def _over(tree: Hierarchy, values: "pd.Series[float]", *, sums: bool) -> "npt.NDArray[np.generic] | list[object]":
    """One value per total: the sum or mean over its series; that of the first row if it is no number."""
    if not is_numeric_dtype(values) or is_bool_dtype(values):
        return [values.iloc[0]] * len(tree.totals)
    numbers = values.to_numpy(float, na_value=np.nan)
    known = tree.members @ np.isfinite(numbers)
    total = np.where(known > 0, tree.members @ np.nan_to_num(numbers), np.nan)
    found = total if sums else total / np.maximum(known, 1)
    return np.asarray(np.round(found).astype(np.int64)) if values.dtype.kind in "iu" else found


def groups_of(rows: pd.DataFrame, declared: declarations.Forecasting) -> dict[str, "pd.Series[str]"]:
    """By level, the group of each row."""
    return {
        level.name: rows[level.feature].astype(str).str.slice(0, level.characters) for level in _of(declared).levels
    }


def _tree(rows: pd.DataFrame, declared: declarations.Forecasting) -> Hierarchy:
    levels = {name: groups.tolist() for name, groups in groups_of(rows, declared).items()}
    return hierarchy(levels, [str(place) for place in range(len(rows))])


def _names(tree: Hierarchy, others: int) -> pd.DataFrame:
    """Level, group and number of series of each total, then so many rows that are none."""
    nothing: list[object] = [None] * others
    split = [name.partition("=") for name in tree.totals]
    columns: dict[str, list[object]] = {
        "level": [*(level for level, _, _ in split), *nothing],
        "total": [*(group or GRAND_TOTAL for _, _, group in split), *nothing],
        "members": [*(int(count) for count in tree.members.sum(axis=1)), *nothing],
    }
    return pd.DataFrame(columns, dtype=object)


def _naming(rows: pd.DataFrame, series: Sequence[str]) -> str:
    """The first text that names a series."""
    return next(name for name in series if _is_text(rows[name]))


def _is_text(values: "pd.Series[Any]") -> bool:
    return not is_numeric_dtype(values)


def _of(declared: declarations.Forecasting) -> declarations.Hierarchy:
    if declared.hierarchy is None:
        raise ValueError("the problem declares no hierarchy")
    return declared.hierarchy
