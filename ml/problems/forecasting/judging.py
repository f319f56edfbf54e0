"""Forecasting in the gates: compared by errors in the scale of each series, with whole series resampled."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import ComplianceGate
from ml.evaluation.comparing import Measured
from ml.evaluation.leaks import concordance, ranking_alone
from ml.problems.forecasting import fleet_measures
from ml.problems.forecasting.fleet_measures import FORECAST, SCALE
from ml.problems.forecasting.forecasting import Forecasting
from ml.problems.judging import UNEXPLAINED, GroupFindings, mean_errors
from ml.problems.problem import Floats

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class ForecastingJudging:
    """`gate` has the group limits. `numbers` have the form of `fleet_measures.numbers`."""

    problem: Forecasting
    gate: ComplianceGate

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """Shape (rows, 4 + two per level)."""
        return fleet_measures.numbers(self.problem.declared, truth, output)

    def drawn_together(self, numbers: Floats) -> npt.NDArray[np.int64]:
        """The series number of each row."""
        return fleet_measures.series_of(numbers)

    def measured(self) -> Mapping[str, Measured]:
        """The measures by name."""
        return fleet_measures.measures(self.problem.declared)

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """None: noise does not bias errors; the interval suffices."""
        del measure, numbers, limit
        return None

    def indistinct(self, truth: Floats) -> str:
        """All true values are equal."""
        return "" if np.unique(truth).size > 1 else "the hold-out has only one value, so there is nothing to forecast"

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """Squared error in the scale of the series."""
        losses: Floats = ((numbers[:, FORECAST] - truth) / numbers[:, SCALE]) ** 2
        return losses

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """The concordance of the feature and the label."""
        return ranking_alone(values, truth, concordance)

    def believable(self, truth: Floats) -> float:
        """The error with a small unexplained share of the changes over a season."""
        del truth
        return math.sqrt(UNEXPLAINED)

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """The difference of the mean scaled error (forecast - truth) between groups."""
        given = self.numbers(truth, output)
        errors = (given[:, FORECAST] - truth) / given[:, SCALE]
        title = f"mean scaled error difference by {attribute}"
        return mean_errors(title, groups.rename(attribute), errors, self.gate)
