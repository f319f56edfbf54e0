"""Regression in the gates: compared by errors in the label's unit, groups by their mean error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.declarations import ComplianceGate
from ml.evaluation import measured
from ml.evaluation.comparing import Measured
from ml.evaluation.leaks import concordance, ranking_alone
from ml.problems.judging import UNEXPLAINED, GroupFindings, alone, mean_errors
from ml.problems.measured import checked
from ml.problems.problem import Floats
from ml.problems.regression.regression import COLUMNS, Regression

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class RegressionJudging:
    """`gate` has the group limits. `numbers` are the predictions."""

    problem: Regression
    gate: ComplianceGate
    drawn_together = staticmethod(alone)

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The predictions; the bounds must also be numbers."""
        return checked(truth, output, COLUMNS)[1]["prediction"].to_numpy(float)

    def measured(self) -> Mapping[str, Measured]:
        """The measures by name."""
        return {measure.name: measured.MEASURED[measure.name] for measure in self.problem.declared.measures}

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """None: noise does not bias errors; the interval suffices."""
        del measure, numbers, limit
        return None

    def indistinct(self, truth: Floats) -> str:
        """All true values are equal."""
        return "" if np.unique(truth).size > 1 else "the hold-out has only one value, so there is nothing to explain"

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """Squared error."""
        losses: Floats = (numbers - truth) ** 2
        return losses

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """The concordance of the feature and the label."""
        return ranking_alone(values, truth, concordance)

    def believable(self, truth: Floats) -> float:
        """The root mean squared error with a small unexplained share of the variance."""
        return math.sqrt(UNEXPLAINED) * float(truth.std())

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """The difference of the mean error (prediction - truth) between groups, in the label's unit."""
        errors = self.numbers(truth, output) - truth
        title = f"mean error difference by {attribute}"
        return mean_errors(title, groups.rename(attribute), errors, self.gate, unit=self.problem.declared.unit)
