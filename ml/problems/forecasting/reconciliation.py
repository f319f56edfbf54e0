"""Reconciliation: forecasts of totals become the sums of their series' forecasts.

A hierarchy has the series at the bottom and totals above them: of each group, of each group of groups, of all.
Reconciled totals are sums of the reconciled series, so they agree except for the rounding of a sum.
Source: Wickramasuriya, Athanasopoulos and Hyndman 2019, "Optimal forecast reconciliation through trace minimization",
with diagonal W, in the form with constraints, so that matrices have the size of the totals and not of the series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Method(StrEnum):
    """The method of reconciliation.

    `bottom_up` sums the series' forecasts. The others change all forecasts as little as their variances allow:
    `structural` sets the variance of a total to its number of series (errors need not be known), `variance` uses the
    measured variances.
    """

    BOTTOM_UP = "bottom_up"
    STRUCTURAL = "structural"
    VARIANCE = "variance"


class HierarchyError(ValueError):
    """Series that do not form a hierarchy."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Hierarchy:
    """The series of each total.

    Attributes:
        series: names of the series, at the bottom.
        totals: names of the totals, the widest first.
        members: shape (totals, series): 1 where the series is part of the total, else 0.
    """

    series: tuple[str, ...]
    totals: tuple[str, ...]
    members: Floats

    def summed(self, bottom: Floats) -> Floats:
        """Shape (totals + series, steps) of `bottom` (series, steps): every total, then the series."""
        return np.concatenate([self.members @ bottom, bottom])


def hierarchy(levels: Mapping[str, Sequence[str]], series: Sequence[str]) -> Hierarchy:
    """Totals of `series` by `levels`: each gives the group name of every series, widest level first.

    The grand total comes first. Raises HierarchyError unless each group lies within one group of the level above.
    """
    names, rows, above = ["total"], [np.ones(len(series))], ["total"] * len(series)
    for level, groups in levels.items():
        if len(groups) != len(series):
            raise HierarchyError(f"level {level!r} names {len(groups)} groups for {len(series)} series: name one each")
        split = sorted(
            {group for group in groups if len({up for up, own in zip(above, groups, strict=True) if own == group}) > 1}
        )
        if split:
            raise HierarchyError(
                f"groups {split[:5]} of level {level!r} lie in several groups of the level above it: rename them"
            )
        for group in sorted(set(groups)):
            names.append(f"{level}={group}")
            rows.append(np.array([float(own == group) for own in groups]))
        above = list(groups)
    return Hierarchy(series=tuple(series), totals=tuple(names), members=np.stack(rows))


def reconciled(
    tree: Hierarchy,
    base: Floats,
    method: Method,
    *,
    variances: Floats | None = None,
    non_negative: bool = False,
) -> Floats:
    """Shape (totals + series, steps), as `base`, totals first: the reconciled forecasts.

    Args:
        tree: the hierarchy.
        base: the independent forecasts.
        method: the method of reconciliation.
        variances: shape (totals + series,), of the errors of `base`; only for `Method.VARIANCE`.
        non_negative: clip series at zero; the totals are then sums of the clipped series.

    Raises HierarchyError for forecasts of a wrong shape or with values that are not numbers, or non-positive variances.
    """
    count = len(tree.totals) + len(tree.series)
    if base.shape[0] != count or not np.isfinite(base).all():
        raise HierarchyError(
            f"base has shape {base.shape}: give a finite forecast for each of {count} totals and series"
        )
    totals, bottom = np.split(base, [len(tree.totals)])
    if method is not Method.BOTTOM_UP:
        bottom = bottom + _shared(tree, totals - tree.members @ bottom, _variances(tree, method, variances))
    return tree.summed(np.maximum(bottom, 0.0) if non_negative else bottom)


def _variances(tree: Hierarchy, method: Method, given: Floats | None) -> Floats:
    if method is Method.STRUCTURAL:
        return np.concatenate([tree.members.sum(axis=1), np.ones(len(tree.series))])
    count = len(tree.totals) + len(tree.series)
    if given is None or given.shape != (count,) or not (np.isfinite(given) & (given > 0)).all():
        raise HierarchyError(f"variances must be {count} numbers above 0: give those of the errors, or take structural")
    return given


def _shared(tree: Hierarchy, disagree: Floats, variances: Floats) -> Floats:
    """Each series' share of `disagree`, the totals' forecasts minus their series' sums. Shape (series, steps)."""
    of_totals, of_series = np.split(variances, [len(tree.totals)])
    weighed = tree.members * of_series
    return np.asarray(weighed.T @ np.linalg.solve(np.diag(of_totals) + weighed @ tree.members.T, disagree))
