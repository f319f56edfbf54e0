"""Shares of rows that should be small: the verdict on one, beyond the usual share and chance."""

from functools import lru_cache

from scipy import stats

from ml.declarations import Limits
from ml.problems.finding import Finding, Kind, at_most


# The same few arguments for every column of a period, and SciPy's search for a quantile is slow.
@lru_cache(maxsize=256)
def binomial_noise(rows: int, share: float, chance: float) -> float:
    """The share of `rows` that chance alone exceeds with probability `chance`, if each row counts with `share`."""
    return float(stats.binom.isf(chance, rows, min(share, 1.0)) / rows) if rows else 0.0


def ratio(
    metric: str, column: str, count: int, rows: int, limits: Limits, *, usual: float = 0.0, noise: float = 0.0
) -> Finding:
    """`count` of `rows`; the limits are added to the `usual` share."""
    above = Limits(warn=usual + limits.warn, act=usual + limits.act)
    value = count / rows
    return at_most(Kind.DATA_QUALITY, metric, column, value, above, rows=rows, noise=noise, reference_value=usual)
