"""Counts for every slice of one or two columns: rows, and the excess of their mean loss over all other rows."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.evaluation.cuts import Codes, Cut, cut

RETRAINS = False

Floats = npt.NDArray[np.float64]
# Columns to pair: with more, each discovery would need more evidence than the pairs add. All columns are tried alone.
MAX_PAIRED = 30


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """One finite loss per row, and the name of its mean. `clusters`: rows with the same code are dependent; None: all
    rows are independent.
    """

    title: str
    values: Floats
    clusters: Codes | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The slices: every bin of each cut, then of each pair of `paired` cuts (positions in `cuts`)."""

    cuts: tuple[Cut, ...]
    paired: tuple[int, ...]

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Positions in `cuts`: each alone, then the pairs."""
        return (*((place,) for place in range(len(self.cuts))), *combinations(self.paired, 2))

    def slices(self) -> Iterator[tuple[tuple[int, int], ...]]:
        """Each slice as (cut, bin) of its one or two columns, in the order of the tallies."""
        for group in self.groups:
            for bins in np.ndindex(*(len(self.cuts[place].labels) for place in group)):
                yield tuple(zip(group, bins, strict=True))


def plan(frame: pd.DataFrame, losses: Losses, always: Collection[str] = ()) -> Plan:
    """Cut each column of `frame` by its rows; the columns in `always` and those that explain most of the losses are
    paired.
    """
    cuts = tuple(made for name in frame.columns if (made := cut(str(name), frame[name])))
    told = [_explained(each.codes(frame[each.column]), losses.values) for each in cuts]
    most = sorted(range(len(cuts)), key=lambda at: (cuts[at].column not in always, -told[at]))[:MAX_PAIRED]
    return Plan(cuts=cuts, paired=tuple(sorted(most)))


def _explained(codes: Codes, values: Floats) -> float:
    """The sum of squares between bins."""
    rows = np.bincount(codes)
    sums = np.bincount(codes, weights=values - (values.mean() if values.size else 0.0))
    return float((sums[rows > 0] ** 2 / rows[rows > 0]).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """Per slice of a plan: rows, units (rows, or clusters of rows), sum of squares around its mean, and the excess of
    its mean over the rest with both squared errors. Shape (slices,) each.
    """

    mean_of_all: float
    rows: Floats
    units: Floats
    squares: Floats
    excess: Floats
    squared_error: Floats
    rest_squared_error: Floats


def tally(planned: Plan, frame: pd.DataFrame, losses: Losses) -> Tally:
    """Count all slices of a plan in these rows."""
    codes = [each.codes(frame[each.column]) for each in planned.cuts]
    parts = []
    for group in planned.groups:
        sizes = [len(planned.cuts[place].labels) for place in group]
        cells = np.ravel_multi_index([codes[place] for place in group], sizes)
        count = int(np.prod(sizes))
        parts.append(_of_rows(cells, count, losses) if losses.clusters is None else _of_clusters(cells, count, losses))
    joined = [np.concatenate(each) for each in zip(*parts, strict=True)] if parts else [np.empty(0)] * 6
    names = ("rows", "units", "squares", "excess", "squared_error", "rest_squared_error")
    mean = float(losses.values.mean()) if losses.values.size else math.nan
    return Tally(mean_of_all=mean, **dict(zip(names, joined, strict=True)))


def _of_rows(cells: Codes, count: int, losses: Losses) -> tuple[Floats, ...]:
    """Independent rows: squared errors from the spread of the losses."""
    values = losses.values - losses.values.mean() if losses.values.size else losses.values
    rows = np.bincount(cells, minlength=count).astype(float)
    sums, powers = (np.bincount(cells, weights=each, minlength=count) for each in (values, values**2))
    rest = rows.sum() - rows
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = powers - sums**2 / rows
        rest_squares = powers.sum() - powers - sums**2 / rest
        excess = sums / rows + sums / rest
        errors = [of / (number - 1) / number for of, number in ((squares, rows), (rest_squares, rest))]
    return rows, rows, squares, excess, *errors


def _of_clusters(cells: Codes, count: int, losses: Losses) -> tuple[Floats, ...]:
    """Clustered rows: errors of a ratio of sums over clusters (Liang & Zeger 1986), over the clusters with rows."""
    values = losses.values - losses.values.mean()
    clusters = losses.clusters if losses.clusters is not None else np.arange(len(values))
    most = int(clusters.max()) + 1
    pairs, places = np.unique(cells * most + clusters, return_inverse=True)
    mine, cluster = np.divmod(pairs, most)
    number, total = np.bincount(places).astype(float), np.bincount(places, weights=values)
    all_numbers, all_totals = (np.bincount(clusters, weights=each) for each in (np.ones(len(values)), values))
    rows, sums, units = (
        np.bincount(mine, weights=each, minlength=count) for each in (number, total, np.ones(len(mine)))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, rest = sums / rows, -sums / (len(values) - rows)
        apart = np.bincount(mine, weights=(total - mean[mine] * number) ** 2, minlength=count)
        # For the rest: each whole cluster, but for clusters with rows in the slice only their rows outside it.
        whole = (all_totals[cluster] - rest[mine] * all_numbers[cluster]) ** 2
        left = (all_totals[cluster] - total - rest[mine] * (all_numbers[cluster] - number)) ** 2
        moments = (all_totals @ all_totals, all_totals @ all_numbers, all_numbers @ all_numbers)
        rest_apart = moments[0] - 2 * rest * moments[1] + rest**2 * moments[2]
        rest_apart += np.bincount(mine, weights=left - whole, minlength=count)
        gone = np.bincount(mine, weights=number == all_numbers[cluster], minlength=count)
        rest_units = int((all_numbers > 0).sum()) - gone
        errors = (
            of * several / (several - 1) / size**2
            for of, several, size in ((apart, units, rows), (rest_apart, rest_units, len(values) - rows))
        )
        return rows, units, np.full(count, math.nan), mean - rest, *errors
