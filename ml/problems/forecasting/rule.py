"""How errors become weights, and weights one forecast: the declared rules, and what each does with arrays. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How errors become weights.

    Attributes:
        own: share of the series' own errors; the rest are the fleet's.
        power: a candidate with half the error weighs 2 ** power as much.
        best: how many candidates stay.
        median: the median of those that stay, in place of their weighted mean.
    """

    own: float
    power: float
    best: int
    median: bool = False


RULES: Sequence[Rule] = (
    *(
        Rule(own=own, power=power, best=best)
        for own, power, best in product((0.0, 0.25, 0.5, 0.75, 1.0), (1.0, 2.0, 4.0), (3, 5, 12))
    ),
    *(Rule(own=own, power=0.0, best=best, median=True) for own, best in product((0.0, 0.5), (3, 5, 12))),
)
# For a few series, whose errors could choose any rule.
DEFAULT = Rule(own=1.0, power=2.0, best=5)
LEAST_SERIES = 20
# An error of zero would weigh without end.
LEAST_ERROR = 1e-3


def weights(scores: Floats, rule: Rule) -> Floats:
    """Shape (…, candidates), sum 1; a candidate without a score has none."""
    known = np.isfinite(scores)
    order = np.argsort(np.where(known, scores, np.inf), axis=-1, kind="stable")
    kept = (np.argsort(order, axis=-1) < rule.best) & known
    raw = np.where(kept, np.maximum(np.where(known, scores, 1.0), LEAST_ERROR) ** -rule.power, 0.0)
    return _shares(raw)


def _shares(raw: Floats) -> Floats:
    """Shape (…, candidates), sum 1, or 0 if all are."""
    total = raw.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0))


def mixed(forecasts: Floats, weight: Floats, rule: Rule) -> Floats:
    """Shape (…, horizon): of forecasts (…, candidates, horizon); a missing one leaves its weight to the others."""
    kept = np.asarray((weight > 0) & np.isfinite(forecasts).all(axis=-1))
    if rule.median:
        ranked = np.sort(np.where(kept[..., None], forecasts, np.nan), axis=-2)
        count = np.maximum(kept.sum(axis=-1, keepdims=True), 1)[..., None]
        lower, upper = (np.take_along_axis(ranked, place, axis=-2) for place in ((count - 1) // 2, count // 2))
        return np.asarray((lower + upper)[..., 0, :] / 2)
    shares = _shares(np.where(kept, weight, 0.0))
    found = np.einsum("...c,...ch->...h", shares, np.where(kept[..., None], forecasts, 0.0))
    return np.asarray(np.where(kept.any(axis=-1, keepdims=True), found, np.nan))
