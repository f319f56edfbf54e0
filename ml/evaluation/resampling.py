"""Bootstrap of any measure: resamples are weights of rows, drawn once and shared by every measure and both models."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
# A measure of one model: from row weights of shape (resamples, rows) to one value per resample.
Weighed = Callable[[Matrix], Vector]

# A matrix of 10 resamples x 6,000 rows of doubles has half a MB and stays in cache; for more rows it bounds memory.
_CELLS = 60_000
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """The settings of resampling, and the confidence of its intervals.

    `groups`: the group number of each row; rows of a group are drawn together. None: each row is drawn by itself.
    """

    confidence: float
    resamples: int
    seed: int
    groups: npt.NDArray[np.int64] | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A difference (challenger - champion) and its percentile interval at `confidence`."""

    difference: float
    lower: float
    upper: float
    confidence: float
    resamples: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure of one model and its interval at `confidence`; NaN bounds: a resample could not be measured."""

    value: float
    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Paired:
    """One measure of both models on the same rows.

    `least` and `most` are one-sided bounds on the difference, at the interval's confidence; `error` is its standard
    error.
    """

    challenger: Estimate
    champion: Estimate
    interval: Interval
    least: float
    most: float
    error: float


def draw_counts(rng: np.random.Generator, rows: int, resamples: int) -> Matrix:
    """How often each row is drawn, with replacement; shape (resamples, rows)."""
    drawn = rng.integers(rows, size=(resamples, rows)) + np.arange(resamples)[:, None] * rows
    return np.bincount(drawn.ravel(), minlength=resamples * rows).reshape(resamples, rows).astype(float)


def draws(rows: int, drawn: Bootstrap) -> Iterator[Matrix]:
    """Weights of all resamples, in batches of bounded size.

    As many groups are drawn as exist (Davison & Hinkley 1997, "Bootstrap Methods", section 3.8).
    """
    rng = np.random.default_rng(drawn.seed)
    at_once = max(1, min(_MOST, _CELLS // max(1, rows)))
    groups = None if drawn.groups is None else np.unique(drawn.groups, return_inverse=True)[1]
    units = rows if groups is None else int(groups.max(initial=-1)) + 1
    for done in range(0, drawn.resamples, at_once):
        counts = draw_counts(rng, units, min(at_once, drawn.resamples - done))
        yield counts if groups is None else counts[:, groups]


def resampled(measures: Mapping[str, Weighed], rows: int, drawn: Bootstrap) -> Mapping[str, Vector]:
    """The values of every measure, by name, over the same resamples; the first value is from the original rows.

    Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapters 6 and 13.
    """
    found: dict[str, list[Vector]] = {name: [weighed(np.ones((1, rows)))] for name, weighed in measures.items()}
    for weights in draws(rows, drawn):
        for name, weighed in measures.items():
            found[name].append(weighed(weights))
    return {name: np.concatenate(values) for name, values in found.items()}


def estimate(values: Vector, confidence: float) -> Estimate:
    """Value and interval from `values`, the output of `resampled`.

    The interval is shifted by the bias that resampling adds to the measure: a sum of absolute gaps grows with noise,
    and resamples have the noise twice.
    """
    value, drawn = float(values[0]), values[1:]
    lower, upper = _bounds(drawn, confidence)
    moved = float(drawn.mean()) - value
    return Estimate(
        value=value, lower=min(value, lower - moved), upper=max(value, upper - moved), confidence=confidence
    )


def paired(challenger: Vector, champion: Vector, confidence: float) -> Paired:
    """The comparison of both models from `resampled` values over the same resamples, with percentile intervals."""
    differences = challenger - champion
    lower, upper = _bounds(differences[1:], confidence)
    # One-sided bounds: each tail has a probability of 1 - confidence.
    least, most = _bounds(differences[1:], 2 * confidence - 1)
    return Paired(
        challenger=estimate(challenger, confidence),
        champion=estimate(champion, confidence),
        interval=Interval(
            difference=float(differences[0]),
            lower=lower,
            upper=upper,
            confidence=confidence,
            resamples=len(differences) - 1,
        ),
        least=least,
        most=most,
        error=float(differences[1:].std()),
    )


def _bounds(drawn: Vector, confidence: float) -> tuple[float, float]:
    """The percentile interval; NaN if a resample could not be measured."""
    if not drawn.size or not np.isfinite(drawn).all():
        return math.nan, math.nan
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return float(lower), float(upper)
