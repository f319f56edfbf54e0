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
        """Write the booster into `directory`, as `served.py` reads it."""


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
    """Search on training and tuning months, refit on both, calibrate on the calibration months."""
    searched = search(tuning, seed, learner.first, learner.suggest, lambda params: learner.try_out(params, split))
    params = {**searched.best.params, **searched.best.found}
    fitted = learner.fit(params, split.fitted)
    calibration = fitted.scores(split.calibration)
    sigmoid = fit_sigmoid(calibration.labels, calibration.log_odds)
    return Learned(fitted=fitted, sigmoid=sigmoid, params=params, searched=searched)
