"""Signs of leakage, that a model uses information it could not have: measured on its answers to hold-out rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ml.evaluation.resampling import Vector

RETRAINS = False

# Rows for measuring importance, and the maximum number of cells scored at once.
_ROWS, _CELLS = 2_000, 2_000_000

Answers = Callable[[pd.DataFrame], pd.DataFrame]
# From truth and answers of the same rows to the loss per row.
Losses = Callable[[Vector, pd.DataFrame], Vector]
# From truth and ranks to the chance that two rows with different truths are ranked in order; 0.5 if random.
Ordered = Callable[[Vector, Vector], float]


def ranking_alone(values: pd.Series, truth: Vector, ordered: Ordered) -> float:
    """How well one feature alone ranks the truth, in the better direction.

    Rows without a value share the lowest rank. A non-numeric feature ranks by the mean truth of its values in the
    other half of the rows.
    """
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        numbers = values.astype(float).to_numpy()
        known = np.isfinite(numbers)
        lowest = numbers[known].min() if known.any() else 0.0
        return _either_way(truth, np.where(known, numbers, lowest - 1), ordered)
    texts, even = values.astype(str).to_numpy(), np.arange(len(values)) % 2 == 0
    means = np.full(len(texts), truth.mean())
    for half in (even, ~even):
        seen = pd.Series(truth[~half]).groupby(texts[~half]).mean()
        means[half] = pd.Series(texts[half]).map(seen).fillna(truth.mean()).to_numpy()
    return _either_way(truth, means, ordered)


def _either_way(truth: Vector, ranks: Vector, ordered: Ordered) -> float:
    """By the ranks or by the reversed ranks, whichever is better."""
    spread = float(np.ptp(ranks)) if ranks.size else 0.0
    scaled = (ranks - ranks.min()) / spread if spread > 0 else np.zeros_like(ranks)
    found = ordered(truth, scaled)
    return max(found, 1 - found)


def concordance(truth: Vector, ranks: Vector) -> float:
    """The chance that, of two rows with different truths, the larger ranks higher; equal ranks count half.

    For a truth of 1 and 0 it is ROC AUC. NaN if the truth does not vary. Source: Harrell et al. 1982, "Evaluating the
    Yield of Medical Tests"; computed from Kendall's tau-b.
    """
    pairs = truth.size * (truth.size - 1) / 2
    unlike, unlike_ranks = (pairs - _tied(values) for values in (truth, ranks))
    if unlike == 0:
        return float("nan")
    if unlike_ranks == 0:
        return 0.5
    right_less_wrong = float(stats.kendalltau(truth, ranks).statistic) * np.sqrt(unlike * unlike_ranks)
    return float(0.5 + right_less_wrong / unlike / 2)


def _tied(values: Vector) -> float:
    counts = np.unique(values, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1) / 2).sum())


def importance(
    answers: Answers, losses: Losses, frame: pd.DataFrame, features: Sequence[str], truth: Vector, *, seed: int
) -> Mapping[str, float]:
    """Permutation importance, as shares: the growth of the model's mean loss if a feature is shuffled.

    Source: Breiman 2001, "Random Forests", section 10. Shares of all positive growths; without any, all are zero.
    """
    rows, known = frame.head(_ROWS).reset_index(drop=True), truth[:_ROWS].astype(float)

    def loss(given: pd.DataFrame) -> float:
        return float(losses(known, given).mean())

    whole = loss(answers(rows))
    growths = {name: max(0.0, loss(shuffled) - whole) for name, shuffled in _shuffled(answers, rows, features, seed)}
    total = sum(growths.values())
    return {name: growth / total if total > 0 else 0.0 for name, growth in growths.items()}


def _shuffled(
    answers: Answers, rows: pd.DataFrame, features: Sequence[str], seed: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The answers with each feature shuffled; one call scores as many features as memory allows."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // max(1, rows.size))
    for start in range(0, len(features), at_once):
        names = features[start : start + at_once]
        copies = [rows.assign(**{name: rows[name].to_numpy()[rng.permutation(len(rows))]}) for name in names]
        found = answers(pd.concat(copies, ignore_index=True))
        for place, name in enumerate(names):
            yield name, found.iloc[place * len(rows) : (place + 1) * len(rows)]
