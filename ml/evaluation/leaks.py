"""Signs that a model knows what it could not know: measured on scored hold-out rows, of any binary classifier."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.evaluation.measured import log_loss
from ml.evaluation.metrics import roc_auc
from ml.evaluation.resampling import Vector

RETRAINS = False

# Rows that importance is measured on, and the most cells that are scored at once.
_ROWS, _CELLS = 2_000, 2_000_000

Scores = Callable[[pd.DataFrame], Vector]


def ranking_alone(values: pd.Series, labels: npt.NDArray[np.int64]) -> float:
    """ROC AUC of one feature by itself, in the better direction; rows without a value share one rank, the lowest.

    A feature of another type than a number ranks by the outcome of its values in the other half of the rows.
    """
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        numbers = values.astype(float).to_numpy()
        known = np.isfinite(numbers)
        lowest = numbers[known].min() if known.any() else 0.0
        return _either_way(labels, np.where(known, numbers, lowest - 1))
    texts, even = values.astype(str).to_numpy(), np.arange(len(values)) % 2 == 0
    rates = np.full(len(texts), labels.mean())
    for half in (even, ~even):
        seen = pd.Series(labels[~half]).groupby(texts[~half]).mean()
        rates[half] = pd.Series(texts[half]).map(seen).fillna(labels.mean()).to_numpy()
    return _either_way(labels, rates)


def _either_way(labels: npt.NDArray[np.int64], ranks: Vector) -> float:
    """The area above or under the diagonal, whichever is larger."""
    spread = float(np.ptp(ranks)) if ranks.size else 0.0
    scaled = (ranks - ranks.min()) / spread if spread > 0 else np.zeros_like(ranks)
    found = roc_auc(labels, scaled)
    return max(found, 1 - found)


def importance(
    scores: Scores, frame: pd.DataFrame, features: Sequence[str], labels: npt.NDArray[np.int64], *, seed: int
) -> Mapping[str, float]:
    """The share of each feature in what the model knows: how much its log loss grows if the feature is shuffled.

    Source: Breiman 2001, "Random Forests", section 10. Shares of all growths that are positive; none is: all zero.
    """
    rows, truth = frame.head(_ROWS).reset_index(drop=True), labels[:_ROWS].astype(float)
    once = np.ones((1, len(rows)))
    whole = float(log_loss(truth, scores(rows))(once)[0])
    growths = {
        name: max(0.0, float(log_loss(truth, shuffled)(once)[0]) - whole)
        for name, shuffled in _shuffled(scores, rows, features, seed)
    }
    total = sum(growths.values())
    return {name: growth / total if total > 0 else 0.0 for name, growth in growths.items()}


def _shuffled(scores: Scores, rows: pd.DataFrame, features: Sequence[str], seed: int) -> Iterator[tuple[str, Vector]]:
    """The scores with each feature shuffled; as many features as memory allows are scored in one call."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // max(1, rows.size))
    for start in range(0, len(features), at_once):
        names = features[start : start + at_once]
        copies = [rows.assign(**{name: rows[name].to_numpy()[rng.permutation(len(rows))]}) for name in names]
        found = scores(pd.concat(copies, ignore_index=True))
        yield from zip(names, np.split(found, len(names)), strict=True)
