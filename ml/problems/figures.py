"""Figures of a period with their errors: shares, means, and any figure with known influences of its rows."""

import math

import numpy as np
from scipy import stats

from ml.evaluation.metrics import CALIBRATION_BINS
from ml.evaluation.noise import Rate, bounds
from ml.evaluation.resampling import estimate
from ml.problems.monitor import TWO_SIDED, Figure, Floats

RETRAINS = False

_TAIL = 0.025
_DRAWS, _SEED = 2000, 1


def share(happened: Floats) -> Figure:
    """The share of ones, with the interval of Wilson 1927, which also holds near 0 and 1."""
    rows = int(happened.size)
    if not rows:
        return Figure()
    value = float(happened.mean())
    lower, upper = bounds(Rate(rows=rows, rate=value), _TAIL)
    return Figure(value=value, error=(upper - lower) / (2 * TWO_SIDED), rows=rows, lower=lower, upper=upper)


def influenced(value: float, influence: Floats) -> Figure:
    """`value` with the error from its rows: each moves it by its `influence` over the number of rows.

    The standard error is the spread of the influences (infinitesimal jackknife: Efron 1982, "The Jackknife, the
    Bootstrap and Other Resampling Plans", chapter 6).
    """
    rows = int(influence.size)
    if rows < 2 or not math.isfinite(value):
        return Figure(rows=rows)
    return Figure(value=value, error=float(influence.std(ddof=1)) / math.sqrt(rows), rows=rows)


def f1(chosen: Floats, truth: Floats) -> Figure:
    """Harmonic mean of precision and recall for the rows that are 1; NaN if none is selected and none is true.

    F1 is 2 J / (1 + J) for the share J of rows both selected and true among those that are either; Wilson's interval of
    that share is transformed, taking the number of such rows as fixed.
    """
    either = (chosen == 1) | (truth == 1)
    jaccard = share(((chosen == 1) & (truth == 1))[either].astype(float))
    lower, upper = (2 * each / (1 + each) for each in jaccard.interval)
    value = 2 * jaccard.value / (1 + jaccard.value)
    return Figure(value=value, error=(upper - lower) / (2 * TWO_SIDED), rows=truth.size, lower=lower, upper=upper)


def average_precision(truth: Floats, scores: Floats) -> Figure:
    """Mean of the precision at each true row, in order of the scores; rows with equal scores count together.

    The interval is the logit interval of Boyd, Eng & Page 2013, "Area under the Precision-Recall Curve: Point Estimates
    and Confidence Intervals". NaN with fewer than two true rows, or without any other row.
    """
    positives = int((truth == 1).sum())
    if positives < 2 or positives == truth.size:
        return Figure(rows=int(truth.size))
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) != 0, True])
    found = np.cumsum(truth[order])[ends]
    precision, recalled = found / (ends + 1), np.diff(np.r_[0.0, found]) / positives
    value = float((precision * recalled).sum())
    error = math.sqrt(value * (1 - value) / positives)
    if not error:
        return Figure(value=value, error=1 / positives, rows=truth.size, lower=1 - 3 / positives, upper=1.0)
    centre, half = math.log(value / (1 - value)), TWO_SIDED / math.sqrt(positives * value * (1 - value))
    lower, upper = (1 / (1 + math.exp(-(centre + sign * half))) for sign in (-1, 1))
    return Figure(value=value, error=error, rows=truth.size, lower=lower, upper=upper)


def calibration(truth: Floats, chances: Floats) -> Figure:
    """Expected calibration error; `truth` and `chances` have shape (rows,), or (rows, classes) for their mean.

    Each bin's gap is normal with the spread of its outcomes; the draws have that noise twice, so the interval is
    shifted (`ml.evaluation.resampling.estimate`). It begins at 0 if a calibrated model would have such an error.
    """
    rows = len(truth)
    if rows < 2:
        return Figure(rows=rows)
    columns = zip(truth.reshape(rows, -1).T, chances.reshape(rows, -1).T, strict=True)
    drawn = [_gaps(each, predicted, place) for place, (each, predicted) in enumerate(columns)]
    values, by_chance = np.mean([each for each, _ in drawn], axis=0), np.mean([each for _, each in drawn], axis=0)
    found = estimate(values, 0.95)
    lower = 0.0 if found.value <= np.quantile(by_chance, 1 - _TAIL) else max(0.0, found.lower)
    return Figure(value=found.value, error=float(values[1:].std()), rows=rows, lower=lower, upper=found.upper)


def _gaps(truth: Floats, chances: Floats, seed: int) -> tuple[Floats, Floats]:
    """The error followed by its draws; and the draws of a calibrated model."""
    parts = np.array_split(np.argsort(chances, kind="stable"), min(CALIBRATION_BINS, truth.size))
    gaps = np.array([truth[part].mean() - chances[part].mean() for part in parts])
    share_of = np.array([part.size for part in parts]) / truth.size
    spread = np.array([math.sqrt(float((chances[part] * (1 - chances[part])).sum())) / part.size for part in parts])
    noise = np.random.default_rng(_SEED + seed).standard_normal((_DRAWS, len(parts)))
    return np.abs(np.vstack([gaps, gaps + spread * noise])) @ share_of, np.abs(spread * noise) @ share_of


def median(values: Floats) -> Figure:
    """The median with an interval from order statistics, with binomial ranks (Conover 1999, chapter 3)."""
    rows = int(values.size)
    if rows < 6:
        return Figure(rows=rows)
    ordered, low = np.sort(values), int(stats.binom.ppf(_TAIL, rows, 0.5))
    lower, upper = float(ordered[max(0, low - 1)]), float(ordered[min(rows - 1, rows - low)])
    error = (upper - lower) / (2 * TWO_SIDED)
    return Figure(value=float(np.median(values)), error=error, rows=rows, lower=lower, upper=upper)
