"""One column of a reference, prepared once, and the distance of a period's values from it. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from ml.evaluation.dispersion import dispersion, ratio_of_means, surely
from ml.evaluation.two_samples import (
    Compared,
    Shape,
    apart,
    histograms,
    kolmogorov,
    shape,
    wasserstein,
)
from ml.problems.monitor import Figure

Floats = npt.NDArray[np.float64]

BINS = 10
# A column with at most this many values is a category, each of its common values a bin of its own.
MAX_CATEGORIES = 20
# A category that holds less of the reference than this joins the bin of all others, so that no bin is nearly empty.
MIN_CATEGORY_SHARE = 0.01
# A normal variable whose standard deviation grows by a share s moves its mean squared rank (from the middle) by
# s / (2 pi sqrt(3)).
_SPREAD = 2 * math.pi * math.sqrt(3)


@dataclass(frozen=True, eq=False)
class Reference:
    """One column of the reference rows, prepared once and compared with many periods.

    `ordered`: its known numbers, ascending, empty for text. `edges`: the inner bin edges of a continuous column;
    `categories`: the values with their own bin. `seen`: all values of a categorical column; `new_share`: the share of
    rows that show another value if nothing has changed. `dispersion`: how much more its periods differ than
    independent rows would, at least 1. `shape`: for numbers that vary. For each shift, `usual`: mean and standard
    deviation of its own scores; `ratios`: how much more their means differ between periods than for independent rows,
    with the degrees of freedom; `floors`: the ratio that all columns together show, at least 1.
    """

    column: str
    rows: int
    null_ratio: float
    ordered: Floats
    edges: Floats | None
    categories: tuple[object, ...]
    seen: frozenset[object]
    new_share: float
    counts: Floats
    dispersion: float
    shape: Shape | None
    usual: Mapping[str, tuple[float, float]]
    ratios: Mapping[str, tuple[float, int]]
    floors: Mapping[str, float] = field(default_factory=dict)

    @property
    def categorical(self) -> bool:
        """Whether the column has few distinct values."""
        return self.edges is None

    def histogram(self, values: pd.Series) -> Floats:
        """Rows of `values` in each bin of this reference."""
        return _histogram(values, self.edges, self.categories)


def _histogram(values: pd.Series, edges: Floats | None, categories: Sequence[object]) -> Floats:
    known = values.dropna()
    if edges is None:
        return np.bincount(_bins(known, edges, categories), minlength=_count(edges, categories)).astype(float)
    # To sort and look up the edges takes half the time of looking up every value.
    through = np.searchsorted(np.sort(known.to_numpy(dtype=float)), edges, side="right")
    return np.diff(through, prepend=0, append=len(known)).astype(float)


def _count(edges: Floats | None, categories: Sequence[object]) -> int:
    return len(categories) + 1 if edges is None else len(edges) + 1


def _bins(known: pd.Series, edges: Floats | None, categories: Sequence[object]) -> npt.NDArray[np.int64]:
    """The bin of each known value; the last category holds all other values."""
    if edges is not None:
        return np.searchsorted(edges, known.to_numpy(dtype=float), side="left").astype(np.int64)
    places = {value: place for place, value in enumerate(categories)}
    return np.asarray(known.map(places).fillna(len(categories)), dtype=np.int64)


def reference(column: str, values: pd.Series, periods: pd.Series | None = None) -> Reference:
    """Prepare the reference of one column: deciles of a continuous one, the common values of a categorical one.

    `periods`: the period of each row; without it, rows count as independent.
    """
    known = values.dropna()
    shares = known.value_counts(normalize=True)
    numeric = pd.api.types.is_numeric_dtype(known.dtype)
    categorical = not numeric or len(shares) <= MAX_CATEGORIES
    ordered = np.sort(known.to_numpy(dtype=float)) if numeric else np.empty(0)
    # Edges are values that occur: between two equal neighbours an interpolated one would make an empty bin.
    deciles = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = None if categorical else np.unique(np.quantile(ordered, deciles, method="lower"))
    categories = tuple(shares.index[shares >= MIN_CATEGORY_SHARE]) if categorical else ()
    scores = _scores(ordered, known.to_numpy(dtype=float)) if numeric else {}
    codes = np.zeros(len(known), dtype=np.int64) if periods is None else pd.factorize(periods.loc[known.index])[0]
    return Reference(
        column=column,
        rows=len(known),
        null_ratio=float(values.isna().mean()) if len(values) else math.nan,
        ordered=ordered,
        edges=edges,
        categories=categories,
        seen=frozenset(shares.index) if categorical else frozenset(),
        new_share=_new_share(known, categorical=categorical),
        counts=_histogram(known, edges, categories),
        dispersion=1.0 if periods is None else _dispersion(known, periods, edges, categories),
        shape=shape(ordered),
        usual={metric: (float(of.mean()), float(of.std())) for metric, of in scores.items()},
        ratios={metric: ratio_of_means(of, codes) for metric, of in scores.items()},
    )


def together(references: Mapping[str, Reference]) -> dict[str, Reference]:
    """`references` with their joint ratio: dependent rows show in most columns, and each column alone has too few
    periods for a reliable ratio.
    """
    floors = {
        metric: _median([each.ratios[metric] for each in references.values() if each.ratios]) for metric in SHIFTS
    }
    return {name: replace(each, floors=floors) for name, each in references.items()}


def _median(ratios: Sequence[tuple[float, int]]) -> float:
    """The median column's ratio plus one standard error of a median, if it is two of them above 1; else 1.

    Without it, rows that are somewhat dependent raise twice as many false alarms: one ratio too small holds for all
    columns. The median of a chi-square is smaller than its mean (Wilson & Hilferty 1931), which is what counts.
    """
    if not ratios:
        return 1.0
    found, freedom = (float(np.median(each)) for each in zip(*ratios, strict=True))
    found /= (1 - 2 / (9 * max(1.0, freedom))) ** 3
    # Of normal values a median's variance is pi / 2 times that of a mean.
    error = math.sqrt(math.pi / max(1.0, freedom) / len(ratios))
    return found * (1 + error) if freedom and found > 1 + 2 * error else 1.0


def _dispersion(known: pd.Series, periods: pd.Series, edges: Floats | None, categories: Sequence[object]) -> float:
    codes, found = pd.factorize(periods.loc[known.index])
    bins = _count(edges, categories)
    counts = np.bincount(codes * bins + _bins(known, edges, categories), minlength=len(found) * bins)
    return dispersion(counts.reshape(len(found), bins).astype(float)) if len(found) else 1.0


def _new_share(known: pd.Series, *, categorical: bool) -> float:
    """How often a row shows a value that the reference lacks, although nothing has changed.

    A number is the smallest or the largest of all with chance 2 / (rows + 1). A category is new about as often as the
    reference has categories of a single row (Good 1953, "The Population Frequencies of Species").
    """
    single = int((known.value_counts() == 1).sum()) if categorical else 0
    return max(2, single) / (len(known) + 1)


def compared(before: Reference, known: pd.Series) -> tuple[Compared, ...]:
    """Every measure of a period's known values against the reference; numeric measures only if both are numbers."""
    found = histograms(before.counts, before.histogram(known), before.dispersion)
    if not before.ordered.size:
        return found
    values = np.sort(known.to_numpy(dtype=float))
    both = apart(before.ordered, values)
    moved = (kolmogorov(both, before.dispersion),)
    if before.shape is None or not np.isfinite(values).all():
        return (*found, *moved)
    return (*found, *moved, wasserstein(both, before.shape, before.dispersion))


def names(before: Reference) -> tuple[str, ...]:
    """The measures that `compared` returns for values like the reference's."""
    of_numbers = ("ks",) if before.shape is None else ("ks", "wasserstein")
    return ("psi", "jensen_shannon", "chi_square", *(of_numbers if before.ordered.size else ()))


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How far a period's ranks in the reference are from the middle: `figure`, and the reference's error."""

    metric: str
    figure: Figure
    reference_error: float


SHIFTS = ("location_shift", "spread_shift")


def shifts(before: Reference, known: pd.Series) -> tuple[Shift, ...]:
    """`location_shift` in standard deviations and `spread_shift` as a share of one, as for a normal variable.

    Linear rank statistics (van der Waerden 1952; Mood 1954), so tails do not dominate; ties count half. Normal scores
    lose nothing against a mean of normal values; ranks alone (Wilcoxon 1945) would need a twentieth more rows.
    """
    found = []
    # Values that ascend are looked up in a third of the time.
    for metric, scores in _scores(before.ordered, np.sort(known.to_numpy(dtype=float))).items():
        mean, alone = before.usual[metric][0], surely(*before.ratios[metric])
        dispersed = max(before.dispersion, alone, before.floors.get(metric, 1.0))
        deviation = before.usual[metric][1] * math.sqrt(dispersed)
        figure = Figure(
            value=float(scores.mean()) - mean, error=deviation / math.sqrt(scores.size), rows=int(scores.size)
        )
        error = deviation / math.sqrt(before.ordered.size)
        found.append(Shift(metric=metric, figure=figure, reference_error=error))
    return tuple(found)


def _scores(ordered: Floats, values: Floats) -> Mapping[str, Floats]:
    """The scores whose mean is each shift; empty without a reference to rank in."""
    if not ordered.size:
        return {}
    ranks = _ranks(ordered, values)
    # A value beyond all of the reference is as far out as the middle of its last value's share.
    last = 0.5 - 0.5 / ordered.size
    return {SHIFTS[0]: special.ndtri(0.5 + ranks.clip(-last, last)), SHIFTS[1]: ranks**2 * _SPREAD}


def _ranks(ordered: Floats, values: Floats) -> Floats:
    """The share of `ordered` below each value, ties counting half, less one half."""
    below, through = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((below + through) / (2 * ordered.size) - 0.5)
