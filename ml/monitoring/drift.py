"""How far one column has moved from its reference: population stability index and Kolmogorov-Smirnov. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]

BINS = 10
# A column with at most this many values is a category, each of its common values a bin of its own.
MAX_CATEGORIES = 20
# A category that holds less of the reference than this joins the bin of all others, so that no bin is nearly empty.
MIN_CATEGORY_SHARE = 0.01
# Added to every bin's count, so that an empty bin has a finite logarithm (Jeffreys 1946).
_PRIOR_COUNT = 0.5


@dataclass(frozen=True, eq=False)
class Reference:
    """One column of the reference rows, prepared once and compared with many periods.

    `ordered` are its known numbers, ascending, empty for text. `edges` are the inner bin edges of a continuous
    column, `categories` the values with a bin of their own. `seen` are all values of a categorical column, and
    `new_share` is the share of rows that show a value beyond these if nothing has changed.
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

    @property
    def categorical(self) -> bool:
        """Whether the column takes few values."""
        return self.edges is None

    def histogram(self, values: pd.Series) -> Floats:
        """Rows of `values` in each bin of this reference."""
        return _histogram(values, self.edges, self.categories)


def _histogram(values: pd.Series, edges: Floats | None, categories: Sequence[object]) -> Floats:
    known = values.dropna()
    if edges is not None:
        inside = np.searchsorted(edges, known.to_numpy(dtype=float), side="left")
        return np.bincount(inside, minlength=len(edges) + 1).astype(float)
    found = known.value_counts()
    own = [float(found.get(value, 0)) for value in categories]
    return np.array([*own, len(known) - sum(own)])


def reference(column: str, values: pd.Series) -> Reference:
    """Prepare the reference of one column: deciles of a continuous one, the common values of a categorical one."""
    known = values.dropna()
    shares = known.value_counts(normalize=True)
    numeric = pd.api.types.is_numeric_dtype(known.dtype)
    categorical = not numeric or len(shares) <= MAX_CATEGORIES
    ordered = np.sort(known.to_numpy(dtype=float)) if numeric else np.empty(0)
    # Edges are values that occur: between two equal neighbours an interpolated one would make an empty bin.
    deciles = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = None if categorical else np.unique(np.quantile(ordered, deciles, method="lower"))
    categories = tuple(shares.index[shares >= MIN_CATEGORY_SHARE]) if categorical else ()
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
    )


def _new_share(known: pd.Series, *, categorical: bool) -> float:
    """How often a row shows what the reference does not, though nothing has changed.

    A number is the smallest or the largest of all with chance 2 / (rows + 1). A category is new about as often as the
    reference has categories of a single row (Good 1953, "The Population Frequencies of Species").
    """
    single = int((known.value_counts() == 1).sum()) if categorical else 0
    return max(2, single) / (len(known) + 1)


def comparable(values: pd.Series) -> pd.Series:
    """Dates and timestamps as days since 1970, so that they have an order; other values as they are."""
    known = values.dropna()
    is_time = pd.api.types.is_datetime64_any_dtype(values.dtype) or (len(known) and isinstance(known.iloc[0], date))
    if not is_time:
        return values
    times = pd.to_datetime(values, errors="coerce", utc=True)
    return (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)


def psi(expected: npt.ArrayLike, actual: npt.ArrayLike) -> float:
    """Population stability index of two histograms over the same bins; NaN where one is empty.

    Sum of (actual share - expected share) x ln(actual share / expected share). Source: Siddiqi 2006, "Credit Risk
    Scorecards", chapter 8; it is the symmetric Kullback-Leibler divergence of Jeffreys 1946.
    """
    counts = [np.asarray(each, dtype=float) for each in (expected, actual)]
    if not all(each.sum() > 0 for each in counts):
        return math.nan
    before, after = ((each + _PRIOR_COUNT) / (each + _PRIOR_COUNT).sum() for each in counts)
    return float(((after - before) * np.log(after / before)).sum())


@lru_cache(maxsize=256)
def psi_noise(bins: int, reference_rows: int, rows: int, chance: float) -> float:
    """The PSI that sampling alone exceeds with probability `chance`.

    Source: Yurdakul 2018, "Statistical Properties of Population Stability Index": with B bins, PSI of two samples
    of one distribution is (1/n + 1/m) times a chi-squared variable of B - 1 degrees of freedom.
    """
    if bins < 2:
        return 0.0
    return float((1 / reference_rows + 1 / rows) * stats.chi2.isf(chance, bins - 1))


def ks(ordered: Floats, values: Floats) -> float:
    """Kolmogorov-Smirnov statistic: the largest distance of the two distribution functions; NaN where one is empty."""
    if not ordered.size or not values.size:
        return math.nan
    sample = np.sort(values)
    points = np.concatenate([ordered, sample])
    before = np.searchsorted(ordered, points, side="right") / ordered.size
    after = np.searchsorted(sample, points, side="right") / sample.size
    return float(np.abs(before - after).max())


def ks_noise(reference_rows: int, rows: int, chance: float) -> float:
    """The KS statistic that sampling alone exceeds with probability at most `chance`.

    Source: Smirnov 1948, asymptotic tail 2 exp(-2 n m / (n + m) d**2); on tied values it errs on the safe side.
    """
    return math.sqrt(-math.log(chance / 2) / 2 * (1 / reference_rows + 1 / rows))
