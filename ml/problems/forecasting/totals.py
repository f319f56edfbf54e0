"""A file's series with their totals: additional rows for the totals, and reconciled forecasts.

A level is a column with the group of each series; the widest level comes first.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations.hierarchy import Method
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.outcome import Outcome
from ml.problems.forecasting.panel import Columns
from ml.problems.forecasting.reconciliation import Hierarchy, HierarchyError, hierarchy, moved_ends, reconciled

Floats = npt.NDArray[np.float64]
_ENDS = (("lo-80", "hi-80"), ("lo-95", "hi-95"))
# Half width of an 80 % interval in standard deviations of a normal error.
_HALF_80 = 1.2816


def with_totals(table: pd.DataFrame, columns: Columns, levels: Sequence[str]) -> tuple[pd.DataFrame, Hierarchy]:
    """The rows of `table` and of its totals, and the hierarchy.

    A total at a time is the sum of the series that have begun. Raises ForecastError for a level that is missing,
    changes within a series, or does not form a hierarchy; for series that end at different times, whose total would
    drop; and for empty values, which a sum would hide. `panel` must accept the table.
    """
    _refuse([*_wrong_levels(table, columns, levels), *_wrong_times(table, columns)])
    groups = table.groupby(columns.id, sort=True)[list(levels)].first().astype(str)
    named = [str(name) for name in groups.index]
    try:
        tree = hierarchy({level: groups[level].tolist() for level in levels}, named)
    except HierarchyError as error:
        raise ForecastError(str(error)) from error
    taken = sorted(set(named) & set(tree.totals))
    _refuse([f"series {taken} have the name of a total: rename them"] if taken else [])
    rows = table[[columns.id, columns.time, columns.target]].astype({columns.id: str})
    rows[columns.target] = pd.to_numeric(rows[columns.target])
    sums = [
        rows[rows[columns.id].isin(np.asarray(named)[part > 0])]
        .groupby(columns.time, as_index=False)[columns.target]
        .sum()
        .assign(**{columns.id: name})
        for name, part in zip(tree.totals, tree.members, strict=True)
    ]
    return pd.concat([rows, *sums], ignore_index=True), tree


def agreeing(found: Outcome, tree: Hierarchy, columns: Columns, method: Method) -> Outcome:
    """`found` with reconciled forecasts of totals and series; intervals move with their forecast.

    The variances of the errors come from the first step's intervals.
    """
    order = [*tree.totals, *tree.series]
    rows = found.forecasts.set_index(columns.id)
    base = np.stack([rows.loc[[name], "forecast"].to_numpy(float) for name in order])
    first = np.array([rows.loc[[name]].iloc[0][["lo-80", "hi-80"]].to_numpy(float) for name in order])
    sizes = (first[:, 1] - base[:, 0]) / _HALF_80
    floor = max(float(np.abs(base).max()), 1.0) * 1e-9
    positive = bool((rows.loc[list(tree.series), "lo-95"] >= 0).all())
    moved = reconciled(tree, base, method, variances=np.maximum(sizes, floor) ** 2, non_negative=positive)
    by_name = dict(zip(order, moved, strict=True))
    values = np.concatenate([by_name[str(name)] for name in found.forecasts[columns.id].drop_duplicates()])
    given, ends = found.forecasts["forecast"].to_numpy(float), dict[str, Floats]()
    for low, high in _ENDS:
        lows, highs = found.forecasts[low].to_numpy(float), found.forecasts[high].to_numpy(float)
        ends[low], ends[high] = moved_ends(lows, highs, given, values, non_negative=positive)
    return replace(found, forecasts=found.forecasts.assign(forecast=values, **ends))


def _wrong_levels(table: pd.DataFrame, columns: Columns, levels: Sequence[str]) -> list[str]:
    absent = [level for level in levels if level not in table]
    if absent:
        return [f"levels {absent} are no columns: the file has {list(map(str, table.columns))}"]
    many = table.groupby(columns.id)[list(levels)].nunique(dropna=False)
    empty = [level for level in levels if table[level].isna().any()]
    return [
        *(f"level {level!r} is empty in some rows: name the group of each series" for level in empty),
        *(
            f"series {list(map(str, many.index[many[level] > 1][:5]))} have several values of level {level!r}: give one"
            for level in levels
            if (many[level] > 1).any()
        ),
    ]


def _wrong_times(table: pd.DataFrame, columns: Columns) -> list[str]:
    ends = table.groupby(columns.id)[columns.time].max()
    late = [str(name) for name in ends.index[ends != ends.max()]]
    gaps = table[columns.target].isna()
    return [
        *([f"series {late[:5]} end before {ends.max()}, so a total would fall: bring them to one end"] if late else []),
        *([f"{int(gaps.sum())} values are empty, which a total would hide: fill them"] if gaps.any() else []),
    ]


def _refuse(found: Sequence[str]) -> None:
    if found:
        raise ForecastError("\n".join(["these series have no totals:", *(f"- {line}" for line in found)]))
