"""Regression: raw answers are values in the label's unit, calibrated answers have bounds around them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from ml import declarations
from ml.declarations import RMSE
from ml.declarations.monitored import ABSOLUTE_ERROR
from ml.evaluation.measured import root_mean_squared_error
from ml.evaluation.resampling import Bootstrap, Interval
from ml.evaluation.slices import Losses
from ml.examples.split import split_periods
from ml.problems.learning import all_others, as_declared
from ml.problems.measured import Measured, checked, improvement
from ml.problems.monitor import Answered, Monitor
from ml.problems.problem import Floats, Objective
from ml.problems.regression.monitors import errors, monitors

COLUMNS = ("prediction", "lower", "upper")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Bounds at the prediction minus and plus `half_width`, which contain the truth for `coverage` of the rows."""

    half_width: float
    coverage: float

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """The method and the width."""
        return {"calibration": "conformal", "half_width": self.half_width}

    @property
    def description(self) -> Mapping[str, object]:
        """Method and half width."""
        return {"method": "bounds", "half_width": self.half_width}

    @property
    def in_words(self) -> str:
        """For the description of a version."""
        return f"with bounds for {self.coverage:.0%} of values set"


def finite(labels: "pd.Series[Any]") -> Floats:
    """The values. Raises ValueError for one that is NaN or infinite."""
    values: Floats = np.asarray(labels, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("labels must be finite on every row: drop rows whose outcome is not known")
    return values


def _ridge(matrix: Floats, truth: Floats, penalty: float) -> tuple[Floats, Floats]:
    fitted = Ridge(alpha=penalty).fit(matrix, truth)
    return fitted.coef_[None, :], np.array([fitted.intercept_])


@dataclass(frozen=True, kw_only=True)
class Regression:
    """Regression by least squares; bounds from the errors on rows that were not fitted."""

    declared: declarations.Regression
    split = staticmethod(split_periods)
    learners = staticmethod(as_declared)
    others = staticmethod(all_others)

    @property
    def objective(self) -> Objective:
        """Squared error."""
        return Objective(
            xgboost={"objective": "reg:squarederror", "eval_metric": "rmse"},
            lightgbm={"objective": "regression", "metric": "rmse"},
            linear=_ridge,
            network="squared",
        )

    @staticmethod
    def truth(labels: "pd.Series[Any]") -> Floats:
        """The values. Raises ValueError for one that is NaN or infinite."""
        return finite(labels)

    def loss(self, truth: Floats, raw: Floats) -> float:
        """Root mean squared error."""
        return float(np.sqrt(((truth - raw) ** 2).mean()))

    def calibrate(self, truth: Floats, raw: Floats) -> Bounds:
        """The half width of the bounds: the smallest that covers a new row as often as declared.

        Raises ValueError if there are too few rows for that share. Source: Lei et al. 2018, "Distribution-Free
        Predictive Inference for Regression", algorithm 2 (split conformal).
        """
        errors, coverage = np.sort(np.abs(truth - raw)), self.declared.coverage
        place = math.ceil((len(errors) + 1) * coverage)
        if place > len(errors):
            raise ValueError(
                f"{len(errors)} calibration rows cannot show where {coverage:.0%} of values lie: raise "
                "calibration_ratio, lower coverage or train on more rows"
            )
        return Bounds(half_width=float(errors[place - 1]), coverage=coverage)

    def measure(self, truth: Floats, output: pd.DataFrame) -> Measured:
        """Errors in the label's unit, the share of variance explained, and how far coverage is from declared.

        `r2` is NaN if all true values are equal.
        """
        values, answers = checked(truth, output, COLUMNS)
        errors = answers["prediction"].to_numpy(float) - values
        inside = (answers["lower"] <= values) & (values <= answers["upper"])
        spread = float(((values - values.mean()) ** 2).mean())
        measured = {
            "root_mean_squared_error": float(np.sqrt((errors**2).mean())),
            "mean_absolute_error": float(np.abs(errors).mean()),
            "absolute_bias": abs(float(errors.mean())),
            "r2": 1 - float((errors**2).mean()) / spread if spread else math.nan,
            "coverage_error": abs(float(inside.mean()) - self.declared.coverage),
        }
        units = {measure.name: measure.unit for measure in self.declared.measures if measure.unit}
        return Measured(rows=len(values), values=measured, units=units)

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """The improvement in root mean squared error."""
        ours, theirs = (
            checked(truth, output, COLUMNS)[1]["prediction"].to_numpy(float) for output in (challenger, champion)
        )
        return improvement(RMSE, root_mean_squared_error, truth, (ours, theirs), drawn)

    def losses(self, rows: Answered) -> Losses:
        """Absolute errors in the label's unit."""
        return Losses(title=ABSOLUTE_ERROR.title, values=np.abs(errors(rows)))

    def monitors(self) -> tuple[Monitor, ...]:
        """Error compared with the hold-out, bias, and the coverage of the bounds."""
        return monitors(self.declared.unit, self.declared.coverage)
