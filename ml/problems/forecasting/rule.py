"""Rules that turn errors into weights, and weights into one forecast, on arrays. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The rule from errors to weights.

    Attributes:
        own: share of the series' own errors; the rest are the fleet's.
        power: a candidate with half the error weighs 2 ** power as much.
        best: the number of candidates that stay.
    """

    own: float
    power: float
    best: int


# An error of zero would have infinite weight.
LEAST_ERROR = 1e-3
# A little less than a half: a sum of shares may be rounded down.
_HALF = 0.5 - 1e-12
# With this many judged steps, a series' own errors have the same weight as the fleet's.
_EVEN_STEPS = 40
# The best values on development series; other powers and counts were nearly as good.
_POWER, _BEST = 4.0, 9


def rule_of(steps: int) -> Rule:
    """The rule for series whose candidates were judged on `steps` steps."""
    return Rule(own=steps / (steps + _EVEN_STEPS), power=_POWER, best=_BEST)


def weights(scores: Floats, rule: Rule) -> Floats:
    """Shape (…, candidates), sum 1; a candidate without a score has none."""
    known = np.isfinite(scores)
    order = np.argsort(np.where(known, scores, np.inf), axis=-1, kind="stable")
    kept = (np.argsort(order, axis=-1) < rule.best) & known
    raw = np.where(kept, np.maximum(np.where(known, scores, 1.0), LEAST_ERROR) ** -rule.power, 0.0)
    return _shares(raw)


def _shares(raw: Floats) -> Floats:
    """Shape (…, candidates), sum 1, or 0 if all are 0."""
    total = raw.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0))


def mixed(forecasts: Floats, weight: Floats) -> Floats:
    """Shape (…, horizon): the weighted median, step by step, of forecasts (…, candidates, horizon).

    A missing forecast passes its weight to the others. A forecast stands at the middle of its weight; between two of
    them the median is interpolated (Edgeworth's weighted median), so two of equal weight give their mean.
    """
    kept = np.asarray((weight > 0) & np.isfinite(forecasts).all(axis=-1))
    shares = _shares(np.where(kept, weight, 0.0))[..., None]
    values = np.where(kept[..., None], forecasts, np.inf)
    order = np.argsort(values, axis=-2, kind="stable")
    values = np.take_along_axis(values, order, axis=-2)
    ranked = np.take_along_axis(np.broadcast_to(shares, values.shape), order, axis=-2)
    middle = np.cumsum(ranked, axis=-2) - ranked / 2
    above = (middle >= _HALF).argmax(axis=-2)[..., None, :]
    below = np.maximum(above - 1, 0)
    high, low = (np.take_along_axis(values, at, axis=-2) for at in (above, below))
    to, since = (np.take_along_axis(middle, at, axis=-2) for at in (above, below))
    share = np.divide(_HALF - since, to - since, out=np.zeros_like(to), where=to > since)
    with np.errstate(invalid="ignore"):
        found = (low + (high - low) * share)[..., 0, :]
    return np.asarray(np.where(kept.any(axis=-1, keepdims=True), found, np.nan))
