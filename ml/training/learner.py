"""What a learning algorithm offers to training: how to search, how to fit, how to score, how to save."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import optuna

from ml.declarations import Tuning
from ml.training.calibration import Sigmoid, fit_sigmoid
from ml.training.split import Split
from ml.training.tuning import Params, Search, search


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Labels and log-odds of the same rows."""

    labels: npt.NDArray[np.int64]
    log_odds: npt.NDArray[np.float64]


class Fitted(Protocol):
    """A booster that has been fitted."""

    def scores(self, months: Sequence[date]) -> Scores:
        """Labels and log-odds of the rows of `months`."""

    def save(self, directory: Path) -> None:
        """Write the booster into `directory`, as `pyfunc_model.py` reads it."""


class Learner(Protocol):
    """A learning algorithm with the rows it may use."""

    @property
    def first(self) -> Params:
        """Sensible parameters, tried before any others."""

    def suggest(self, trial: optuna.Trial) -> Params:
        """Parameters to try next."""

    def try_out(self, params: Params, split: Split) -> tuple[float, Params]:
        """Fit on the training months; log loss on the tuning months, and what fitting found."""

    def fit(self, params: Params, months: Sequence[date]) -> Fitted:
        """Fit on all rows of `months`; `params` are those of a candidate with what its fitting found."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The result of training: the fitted booster, its calibration, and how they were found."""

    fitted: Fitted
    sigmoid: Sigmoid
    params: Params
    searched: Search


def learn(learner: Learner, split: Split, tuning: Tuning, seed: int) -> Learned:
    """Search on training and tuning months, calibrate by the newest months, fit on all months before the hold-out.

    The newest months must not be lost to calibration: after a change of the world they are the ones to learn from. So
    each of them is scored by a model that saw all other months, and the calibration of those scores is taken for the
    final model (cross-fitting, as in Platt 1999, section 2.1, with months for folds).
    """
    searched = search(tuning, seed, learner.first, learner.suggest, lambda params: learner.try_out(params, split))
    params = {**searched.best.params, **searched.best.found}
    unseen = [_unseen(learner, params, split, month) for month in split.calibration]
    labels, log_odds = (np.concatenate(parts) for parts in zip(*((s.labels, s.log_odds) for s in unseen), strict=True))
    fitted = learner.fit(params, split.before_holdout)
    return Learned(fitted=fitted, sigmoid=fit_sigmoid(labels, log_odds), params=params, searched=searched)


def _unseen(learner: Learner, params: Params, split: Split, month: date) -> Scores:
    """The rows of `month`, scored by a model that was fitted on all other months before the hold-out."""
    others = [each for each in split.before_holdout if each != month]
    return learner.fit(params, others).scores([month])
