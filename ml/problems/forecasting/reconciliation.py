"""Reconciliation: forecasts of totals become the sums of their series' forecasts.

A hierarchy has the series at the bottom and totals above them: of each group, of each group of groups, of all.
Reconciled totals are sums of the reconciled series, so they agree except for the rounding of a sum.
Source: Wickramasuriya, Athanasopoulos and Hyndman 2019, "Optimal forecast reconciliation through trace minimization",
with diagonal W, in the form with constraints, so that matrices have the size of the totals and not of the series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

from ml.declarations.hierarchy import GRAND_TOTAL, Method

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
    names, rows = [GRAND_TOTAL], [np.ones((1, len(series)))]
    above: Sequence[str] = [GRAND_TOTAL] * len(series)
    for level, groups in levels.items():
        if len(groups) != len(series):
            raise HierarchyError(f"level {level!r} names {len(groups)} groups for {len(series)} series: name one each")
        parents: dict[str, set[str]] = {}
        for group, parent in zip(groups, above, strict=True):
            parents.setdefault(group, set()).add(parent)
        split = sorted(group for group, found in parents.items() if len(found) > 1)
        if split:
            raise HierarchyError(
                f"groups {split[:5]} of level {level!r} lie in several groups of the level above it: rename them"
            )
        ordered = sorted(parents)
        place = {group: at for at, group in enumerate(ordered)}
        names += [f"{level}={group}" for group in ordered]
        rows.append((np.array([place[group] for group in groups]) == np.arange(len(ordered))[:, None]).astype(float))
        above = groups
    return Hierarchy(series=tuple(series), totals=tuple(names), members=np.concatenate(rows))


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
        variances: shape (totals + series,), of the errors of `base`; only for `Method.VARIANCE`. A series with 0 keeps
            its forecast.
        non_negative: clip series at zero; the totals are then sums of the clipped series.

    Raises HierarchyError for forecasts of a wrong shape or with values that are not numbers, or for variances that are
    negative, or 0 for a total.
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


def moved_ends(low: Floats, high: Floats, given: Floats, moved: Floats, *, non_negative: bool) -> tuple[Floats, Floats]:
    """The ends of an interval around the forecast `given` after it has `moved`: they move as far as the forecast.

    So the interval keeps its width: reconciled errors have no larger variance, if the errors of all levels are as
    assumed (Wickramasuriya et al. 2019). Of what is never negative the lower end moves in proportion, so
    that one of zero stays zero: otherwise an interval that held the many zeros of a series would lose them.
    """
    if not non_negative:
        return low + (moved - given), high + (moved - given)
    ratio = np.divide(moved, given, out=np.ones_like(moved), where=given > 0)
    return low * ratio, high + (moved - given)


def _variances(tree: Hierarchy, method: Method, given: Floats | None) -> Floats:
    if method is Method.STRUCTURAL:
        return np.concatenate([tree.members.sum(axis=1), np.ones(len(tree.series))])
    count = len(tree.totals) + len(tree.series)
    of_totals = len(tree.totals)
    if given is None or given.shape != (count,) or not (np.isfinite(given) & (given >= 0)).all():
        raise HierarchyError(f"variances must be {count} numbers from 0: give those of the errors, or take structural")
    if not (given[:of_totals] > 0).all():
        raise HierarchyError("the variance of a total is 0: give it a small one, or take structural")
    return given


def _shared(tree: Hierarchy, disagree: Floats, variances: Floats) -> Floats:
    """Each series' share of `disagree`, the totals' forecasts minus their series' sums. Shape (series, steps)."""
    of_totals, of_series = np.split(variances, [len(tree.totals)])
    # Of a series' place in the levels nearly all is zero.
    members = sparse.csr_array(tree.members)
    weighed = members * of_series
    solved = splu(sparse.csc_array(sparse.diags_array(of_totals) + weighed @ members.T)).solve(disagree)
    return np.asarray(weighed.T @ solved)
