"""How much will it be, before the gates: compared by errors in the label's unit, groups by their mean error."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ml.declarations import ComplianceGate
from ml.evaluation import measured
from ml.evaluation.comparing import Measured
from ml.evaluation.fairness import large_groups
from ml.evaluation.leaks import concordance, ranking_alone
from ml.evaluation.noise import mean_with_error, means_surely_apart
from ml.problems.judging import UNEXPLAINED, GroupFindings, difference, too_few_groups
from ml.problems.measured import checked
from ml.problems.problem import Floats
from ml.problems.regression.regression import COLUMNS, Regression

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class RegressionJudging:
    """`gate` has the limits of groups. `numbers` are the predictions."""

    problem: Regression
    gate: ComplianceGate

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The predictions; bounds must be numbers, too."""
        return checked(truth, output, COLUMNS)[1]["prediction"].to_numpy(float)

    def measured(self) -> Mapping[str, Measured]:
        """By name."""
        return {measure.name: measured.MEASURED[measure.name] for measure in self.problem.declared.measures}

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """Noise pushes no error one way: its interval says all."""
        del measure, numbers, limit
        return None

    def indistinct(self, truth: Floats) -> str:
        """One value everywhere."""
        return "" if np.unique(truth).size > 1 else "the hold-out holds one value only, so there is nothing to explain"

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """Squared error."""
        losses: Floats = (numbers - truth) ** 2
        return losses

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """The concordance of the feature and the label."""
        return ranking_alone(values, truth, concordance)

    def believable(self, truth: Floats) -> float:
        """The root mean squared error that leaves a small share of the variance unexplained."""
        return math.sqrt(UNEXPLAINED) * float(truth.std())

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """The difference of the mean error (prediction - truth) between groups, in the label's unit.

        Source: Calders et al. 2013, "Controlling Attribute Effect in Linear Regression" (balanced residuals).
        """
        errors, gate = self.numbers(truth, output) - truth, self.gate
        large, title = large_groups(groups, gate.min_group_rows), f"mean error difference by {attribute}"
        means = {name: mean_with_error(errors[rows]) for name, rows in large.rows.items() if rows.sum() > 1}
        if len(means) < 2:
            check = too_few_groups(title, attribute, gate.min_group_rows)
        else:
            values = [mean.value for mean in means.values()]
            least = means_surely_apart(means.values())
            unit = self.problem.declared.unit
            check = difference(title, max(values) - min(values), least, gate.max_group_difference, unit)
        figures = {
            "attribute": attribute,
            "mean_error": {name: {**asdict(mean), "rows": int(large.rows[name].sum())} for name, mean in means.items()},
            "left_out": large.left_out,
            "rows_unknown": large.rows_unknown,
        }
        return GroupFindings(attribute=attribute, figures=figures, checks=(check,))
