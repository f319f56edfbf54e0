"""From a booster's log-odds to calibrated probabilities.

Sigmoid (Platt 1999) on the log-odds, instead of isotonic regression: it is strictly increasing, so ranking and
ROC AUC stay exactly the same, while isotonic regression creates ties; its two parameters do not overfit the
one or two calibration periods (Niculescu-Mizil & Caruana 2005 found isotonic worse below some thousand rows);
and it contains the identity, so a calibrated model stays unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True, kw_only=True)
class Sigmoid:
    """probability = 1 / (1 + exp(-(slope * log-odds + intercept)))."""

    slope: float
    intercept: float

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """The method; the model itself contains the numbers."""
        return {"calibration": "sigmoid"}

    @property
    def description(self) -> Mapping[str, object]:
        """Method, slope and intercept. Raises ValueError if they are not finite."""
        if not np.isfinite([self.slope, self.intercept]).all():
            raise ValueError(f"calibration slope {self.slope} and intercept {self.intercept} must be finite")
        return {"method": "sigmoid", "slope": self.slope, "intercept": self.intercept}

    @property
    def in_words(self) -> str:
        """For the description of a version."""
        return "sigmoid-calibrated"


def fit_sigmoid(labels: npt.ArrayLike, log_odds: npt.ArrayLike) -> Sigmoid:
    """Fit by maximum likelihood over the calibration rows.

    Raises ValueError if they contain only one class, or if the model ranks them in reverse.
    """
    truth, scores = np.asarray(labels), np.asarray(log_odds, dtype=float)
    if np.unique(truth).size < 2:
        raise ValueError(
            f"the {truth.size} calibration rows have only one class: raise calibration_ratio or train on more rows"
        )
    fitted = LogisticRegression(C=np.inf).fit(scores.reshape(-1, 1), truth)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0:
        raise ValueError(
            f"the model ranks the calibration rows backwards (slope {slope:.3f}): it learned nothing that is "
            "valid in the newest periods; check the features and the outcome"
        )
    return Sigmoid(slope=slope, intercept=float(fitted.intercept_[0]))
