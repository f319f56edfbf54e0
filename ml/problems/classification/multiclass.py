"""Multiclass classification: raw answers are one score per class, calibrated answers a probability for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score

from ml.declarations import LOG_LOSS, MulticlassClassification
from ml.declarations.monitored import BRIER
from ml.evaluation.measured import log_losses, mean_of
from ml.evaluation.metrics import expected_calibration_error
from ml.evaluation.resampling import Bootstrap, Interval
from ml.evaluation.slices import Losses
from ml.examples.split import split_periods
from ml.problems.classification.classes import Classes
from ml.problems.classification.multiclass_monitors import monitors
from ml.problems.learning import all_others, as_declared
from ml.problems.measured import Measured, checked, improvement
from ml.problems.monitor import Answered, Monitor
from ml.problems.problem import Floats, Objective

# A model is at most a hundred times too confident or too cautious.
_LOG_TEMPERATURES = (-4.6, 4.6)


@dataclass(frozen=True, kw_only=True)
class Temperature:
    """Probabilities are the softmax of the scores over `temperature`, which keeps their ranking (Guo et al. 2017)."""

    temperature: float
    classes: Sequence[int | str]

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """The method; the model itself contains the temperature."""
        return {"calibration": "temperature"}

    @property
    def description(self) -> Mapping[str, object]:
        """Method, temperature and the classes in the order of the scores."""
        return {"method": "temperature", "temperature": self.temperature, "classes": list(self.classes)}

    @property
    def in_words(self) -> str:
        """For the description of a version."""
        return "temperature-calibrated"


@dataclass(frozen=True, kw_only=True)
class Multiclass:
    """Multiclass classification; labels are numbered in the order of the declared classes."""

    declared: MulticlassClassification
    split = staticmethod(split_periods)
    learners = staticmethod(as_declared)
    others = staticmethod(all_others)

    @property
    def objective(self) -> Objective:
        """Multinomial log loss everywhere."""
        count = len(self.declared.classes)
        return Objective(
            xgboost={"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": count},
            lightgbm={"objective": "multiclass", "metric": "multi_logloss", "num_class": count},
            linear=self._multinomial,
        )

    def _multinomial(self, matrix: Floats, truth: Floats, penalty: float) -> tuple[Floats, Floats]:
        absent = sorted(set(range(len(self.declared.classes))) - set(truth.astype(int).tolist()))
        if absent:
            names = [self.declared.classes[place] for place in absent]
            raise ValueError(f"no fitted row has class {names}: train on more rows, or declare fewer classes")
        fitted = LogisticRegression(C=1 / penalty, max_iter=1000).fit(matrix, truth)
        return fitted.coef_, fitted.intercept_

    def truth(self, labels: "pd.Series[Any]") -> Floats:
        """The number of each label's class. Raises ValueError for a label that is not a declared class."""
        known = {each: place for place, each in enumerate(self.declared.classes)}
        places: Floats = np.asarray(labels.map(known), dtype=np.float64)
        if np.isnan(places).any():
            other = sorted({str(each) for each in labels[np.isnan(places)]})
            raise ValueError(f"labels {other} are not among the classes {list(self.declared.classes)}: declare them")
        return places

    def loss(self, truth: Floats, raw: Floats) -> float:
        """Log loss over all classes."""
        return float(-log_softmax(raw, axis=1)[np.arange(len(truth)), truth.astype(int)].mean())

    def calibrate(self, truth: Floats, raw: Floats) -> Temperature:
        """The temperature with the smallest log loss."""
        found = minimize_scalar(
            lambda logarithm: self.loss(truth, raw / np.exp(logarithm)), bounds=_LOG_TEMPERATURES, method="bounded"
        )
        return Temperature(temperature=float(np.exp(found.x)), classes=self.declared.classes)

    def measure(self, truth: Floats, output: pd.DataFrame) -> Measured:
        """Log loss, Brier score, the mean of the classes' calibration errors, accuracy, and mean recall."""
        chances = self.chances(truth, output)
        right = truth[:, None] == np.arange(chances.shape[1])
        likeliest = self.truth(output["prediction"])
        values = {
            "log_loss": float(losses(truth, chances).mean()),
            "brier_score": float(((chances - right) ** 2).sum(axis=1).mean()),
            "expected_calibration_error": float(
                np.mean([expected_calibration_error(right[:, k], chances[:, k]) for k in range(chances.shape[1])])
            ),
            "accuracy": float(accuracy_score(truth, likeliest)),
            "macro_recall": float(recall_score(truth, likeliest, average="macro", zero_division=0.0)),
        }
        return Measured(rows=len(truth), values=values, units={})

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """The improvement in log loss, each row contributing its own loss."""
        ours, theirs = (losses(truth, self.chances(truth, output)) for output in (challenger, champion))
        return improvement(LOG_LOSS, lambda _truth, each: mean_of(each), truth, (ours, theirs), drawn)

    def losses(self, rows: Answered) -> Losses:
        """Squared errors of the probabilities, summed over the classes."""
        chances = Classes(columns=self._columns).chances(rows)
        true = np.eye(chances.shape[1])[rows.truth.astype(int)]
        return Losses(title=BRIER.title, values=np.asarray(((chances - true) ** 2).sum(axis=1)))

    def monitors(self) -> tuple[Monitor, ...]:
        """Log loss and accuracy compared with the hold-out, and the rate of each class."""
        return monitors(self._columns)

    def chances(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The probabilities, one column per class. Raises ValueError for answers on which nothing can be measured."""
        columns = tuple(self._columns.values())
        return checked(truth, output, columns)[1][list(columns)].to_numpy(float)

    @property
    def _columns(self) -> dict[int | str, str]:
        """The column of each class's probability."""
        return {each: f"probability_{each}" for each in self.declared.classes}


def losses(truth: Floats, chances: Floats) -> Floats:
    """The log loss of each row."""
    return log_losses(chances[np.arange(len(truth)), truth.astype(int)])
