"""What arrived: how many rows, how many rejected, how many values null or never seen before. Pure."""

import math
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
from scipy import stats

from ml.declarations import Monitoring
from ml.declarations.monitoring import Limits
from ml.monitoring.drift import Reference
from ml.monitoring.metric import Finding, Kind, Verdict, at_most, unknown

_QUALITY = Kind.DATA_QUALITY


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Records of one month: received by ingest, rejected by it, and rejected because the key was there already."""

    received: int
    rejected: int
    duplicates: int


def row_count(rows: int, typical: float, limits: Monitoring, *, awaited: bool) -> Finding:
    """Rows of the month against the reference's median month. `awaited`: later months may still bring them."""
    if rows == 0 and awaited:
        return unknown(_QUALITY, "row_count", "", 0, "no rows have arrived for this month yet")
    if not typical > 0:
        return unknown(_QUALITY, "row_count", "", rows, f"{rows} rows, but the reference has none to compare with")
    low, high = limits.min_row_ratio * typical, limits.max_row_ratio * typical
    inside = low <= rows <= high
    said = f"{rows} rows" if rows else "no rows arrived"
    return Finding(
        kind=_QUALITY,
        metric="row_count",
        column="",
        value=float(rows),
        verdict=Verdict.OK if inside else Verdict.BREACH,
        reason=f"{said}; a month of the reference has {typical:g}, allowed are {low:g}..{high:g}",
        rows=rows,
        threshold_low=low,
        threshold_high=high,
        reference_value=typical,
    )


def arrival_ratios(arrival: Arrival, limits: Monitoring) -> list[Finding]:
    """Share of the received records that were rejected, and that repeat a key."""
    counts = (
        ("quarantine_ratio", arrival.rejected, limits.quarantine_ratio),
        ("duplicate_ratio", arrival.duplicates, limits.duplicate_ratio),
    )
    if not arrival.received:
        return [unknown(_QUALITY, metric, "", 0, "no records were received") for metric, _, _ in counts]
    return [_ratio(metric, "", count, arrival.received, limit) for metric, count, limit in counts]


def null_ratio(before: Reference, values: pd.Series, limits: Monitoring, chance: float) -> Finding:
    """Share of nulls. What the reference also lacks is not held against the month."""
    usual = before.null_ratio if math.isfinite(before.null_ratio) else 0.0
    noise = _binomial_noise(len(values), usual, chance)
    nulls = int(values.isna().sum())
    return _ratio("null_ratio", before.column, nulls, len(values), limits.null_ratio, usual=usual, noise=noise)


def outside_metric(before: Reference) -> str:
    """How values that the reference never shows are called in a column of its sort."""
    return "unseen_category_ratio" if before.categorical else "out_of_range_ratio"


def outside_ratio(before: Reference, values: pd.Series, limits: Monitoring, chance: float) -> Finding:
    """Share of known values that the reference never shows: out of its range, or of a category it does not hold."""
    known, metric = values.dropna(), outside_metric(before)
    if not before.rows or known.empty:
        whose = "the month" if before.rows else "the reference"
        return unknown(_QUALITY, metric, before.column, len(known), f"{whose} has only nulls")
    if before.categorical:
        outside = ~known.isin(list(before.seen))
    else:
        outside = (known < before.ordered[0]) | (known > before.ordered[-1])
    # A new row is the smallest or the largest of all with chance 2 / (reference rows + 1) though nothing changed.
    noise = _binomial_noise(len(known), 2 / (before.rows + 1), chance)
    return _ratio(metric, before.column, int(outside.sum()), len(known), limits.outside_ratio, noise=noise)


# The same few arguments for every column of a month, and SciPy's search for a quantile is slow.
@lru_cache(maxsize=256)
def _binomial_noise(rows: int, share: float, chance: float) -> float:
    return float(stats.binom.isf(chance, rows, min(share, 1.0)) / rows) if rows else 0.0


def _ratio(
    metric: str, column: str, count: int, rows: int, limits: Limits, *, usual: float = 0.0, noise: float = 0.0
) -> Finding:
    above = Limits(warn=usual + limits.warn, act=usual + limits.act)
    return at_most(_QUALITY, metric, column, count / rows, above, rows=rows, noise=noise, reference_value=usual)
