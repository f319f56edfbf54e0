"""Measures of a model on weighted rows, for the bootstrap: each takes truth and prediction, then weights.

A measure that is a mean over rows is one line here; ranking and calibration have their own formulas. A row that is
drawn twice counts twice.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from ml.evaluation.metrics import CALIBRATION_BINS
from ml.evaluation.resampling import Matrix, Vector, Weighed

# scikit-learn's bound for probabilities as doubles: a certain but wrong answer has a large, finite loss.
_LEAST = float(np.finfo(np.float64).eps)


def mean_of(values: Vector) -> Weighed:
    """The mean of one figure per row."""
    return lambda weights: np.asarray(weights @ values / weights.sum(axis=1))


def roc_auc(truth: Vector, predicted: Vector) -> Weighed:
    """The chance that a positive row scores above a negative one; NaN if a class is empty. Equal scores count half.

    All resamples share one sort (Mann-Whitney, as in Hanley & McNeil 1982).
    """
    order = np.argsort(predicted, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(predicted[order]) > 0])
    labels = truth[order]

    def weighed(weights: Matrix) -> Vector:
        drawn = weights[:, order]
        positive = np.add.reduceat(drawn * labels, starts, axis=1)
        negative = np.add.reduceat(drawn, starts, axis=1) - positive
        below = np.cumsum(negative, axis=1) - negative / 2
        pairs = positive.sum(axis=1) * negative.sum(axis=1)
        won = (positive * below).sum(axis=1)
        chances: Vector = np.divide(won, pairs, out=np.full(len(pairs), math.nan), where=pairs > 0)
        return chances

    return weighed


def log_losses(given: Vector) -> Vector:
    """-ln of the probability that was `given` to the actual outcome, per row."""
    losses: Vector = -np.log(np.clip(given, _LEAST, 1))
    return losses


def log_loss(truth: Vector, predicted: Vector) -> Weighed:
    """Mean of -ln of the probability that was given to the actual outcome."""
    return mean_of(log_losses(np.where(truth == 1, predicted, 1 - predicted)))


def brier_score(truth: Vector, predicted: Vector) -> Weighed:
    """Mean squared distance between probability and outcome."""
    return mean_of((predicted - truth) ** 2)


def expected_calibration_error(truth: Vector, predicted: Vector) -> Weighed:
    """As `metrics.expected_calibration_error`, with the original rows' bins in every resample."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), min(CALIBRATION_BINS, truth.size))
    gaps = np.zeros((truth.size, len(parts)))
    for column, part in enumerate(parts):
        gaps[part, column] = truth[part] - predicted[part]
    return lambda weights: np.asarray(np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1))


def mean_absolute_error(truth: Vector, predicted: Vector) -> Weighed:
    """Mean absolute distance, in the label's unit."""
    return mean_of(np.abs(predicted - truth))


def root_mean_squared_error(truth: Vector, predicted: Vector) -> Weighed:
    """Root of the mean squared distance, in the label's unit."""
    squared = mean_of((predicted - truth) ** 2)
    return lambda weights: np.sqrt(squared(weights))


def r2(truth: Vector, predicted: Vector) -> Weighed:
    """Explained share of the label's variance; NaN if the label does not vary."""
    error, mean, square = mean_of((predicted - truth) ** 2), mean_of(truth), mean_of(truth**2)

    def weighed(weights: Matrix) -> Vector:
        variance = square(weights) - mean(weights) ** 2
        explained: Vector = np.divide(
            error(weights), variance, out=np.full(len(weights), math.nan), where=variance > _LEAST
        )
        return 1 - explained

    return weighed


def cost(
    truth: Vector, predicted: Vector, *, threshold: float, false_positive: float, false_negative: float
) -> Weighed:
    """The cost of wrong decisions per row, if rows at or above `threshold` are selected."""
    chosen = predicted >= threshold
    wrong = np.where(chosen & (truth == 0), false_positive, np.where(~chosen & (truth == 1), false_negative, 0.0))
    return mean_of(wrong)


MEASURED: Mapping[str, Callable[[Vector, Vector], Weighed]] = {
    function.__name__: function
    for function in (
        roc_auc,
        log_loss,
        brier_score,
        expected_calibration_error,
        mean_absolute_error,
        root_mean_squared_error,
        r2,
    )
}
