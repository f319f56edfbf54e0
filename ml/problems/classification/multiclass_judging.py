"""Multiclass classification in the gates: compared by log loss, groups by accuracy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import BRIER_SCORE, CALIBRATION_ERROR, LOG_LOSS, ComplianceGate
from ml.evaluation import measured
from ml.evaluation.comparing import Measured
from ml.evaluation.fairness import LargeGroups, large_groups
from ml.evaluation.leaks import ranking_alone
from ml.evaluation.metrics import roc_auc
from ml.evaluation.noise import Rate, allowed_calibration_error
from ml.evaluation.resampling import Matrix, Vector, Weighed
from ml.problems.classification.multiclass import Multiclass, losses
from ml.problems.judging import UNEXPLAINED, GroupFindings, alone, beyond_chance, rate_difference, too_few_groups
from ml.problems.problem import Floats

RETRAINS = False

Wanted = npt.NDArray[np.bool_]

# With fewer rows a class gives no usable rate for comparing groups, and a feature may rank it well by chance.
_MIN_CLASS_ROWS = 30


@dataclass(frozen=True, kw_only=True)
class MulticlassJudging:
    """`gate` has the group limits. `numbers` are the probabilities, one column per class."""

    problem: Multiclass
    gate: ComplianceGate
    drawn_together = staticmethod(alone)

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The probability of each class."""
        return self.problem.chances(truth, output)

    def measured(self) -> Mapping[str, Measured]:
        """The measures by name; the calibration error is the mean over the classes."""
        return {
            LOG_LOSS.name: lambda truth, numbers: measured.mean_of(losses(truth, numbers)),
            BRIER_SCORE.name: _brier_score,
            CALIBRATION_ERROR.name: _calibration_error,
        }

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """The largest allowance for the calibration error, as if all classes' errors were large together."""
        if measure != CALIBRATION_ERROR.name:
            return None
        return float(np.mean([allowed_calibration_error(numbers[:, k], limit) for k in range(numbers.shape[1])]))

    def indistinct(self, truth: Floats) -> str:
        """Only one class occurs."""
        several = np.unique(truth).size > 1
        return "" if several else "the hold-out has only one class, so classes cannot be compared"

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """Log loss."""
        return losses(truth, numbers)

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """The largest ROC AUC of one class against all others; 0.5 if no class has enough rows."""
        sides = [(truth == k).astype(float) for k in range(len(self.problem.declared.classes))]
        enough = [side for side in sides if min(side.sum(), (1 - side).sum()) >= _MIN_CLASS_ROWS]
        return max((ranking_alone(values, side, roc_auc) for side in enough), default=0.5)

    def believable(self, truth: Floats) -> float:
        """A small share of the entropy: the log loss of knowing only the classes' rates."""
        shares = np.unique(truth, return_counts=True)[1] / max(1, truth.size)
        return float(UNEXPLAINED * -(shares * np.log(shares)).sum())

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """The difference of accuracy, and of each class's recall, between groups.

        Sources: Berk et al. 2018, "Fairness in Criminal Justice Risk Assessments" (overall accuracy equality); Hardt,
        Price & Srebro 2016 (equal opportunity, applied to each class as in Putzel & Lee 2022).
        """
        right = (self.problem.truth(output["prediction"]) == truth).astype(float)
        large, limit = large_groups(groups, self.gate.min_group_rows), self.gate.max_group_difference
        accuracy, title = _rates(large, right), f"accuracy difference by {attribute}"
        recalls = {
            each: _rates(large, right, where=truth == place, least=_MIN_CLASS_ROWS)
            for place, each in enumerate(self.problem.declared.classes)
        }
        if len(accuracy) < 2:
            checks = [too_few_groups(title, attribute, self.gate.min_group_rows)]
        else:
            checks = [rate_difference(title, list(accuracy.values()), limit)]
            checks += [
                beyond_chance(f"recall difference of class {each} by {attribute}", list(found.values()), limit)
                for each, found in recalls.items()
                if len(found) > 1
            ]
        figures = {
            "attribute": attribute,
            "accuracy": {name: asdict(rate) for name, rate in accuracy.items()},
            "recall": {
                str(each): {name: asdict(rate) for name, rate in found.items()} for each, found in recalls.items()
            },
            "left_out": large.left_out,
            "rows_unknown": large.rows_unknown,
        }
        return GroupFindings(attribute=attribute, figures=figures, checks=tuple(checks))


def _rates(large: LargeGroups, right: Floats, where: Wanted | None = None, least: int = 1) -> dict[str, Rate]:
    """By group, the accuracy on its rows `where`, if there are at least `least`."""
    found = {}
    for name, rows in large.rows.items():
        wanted = right[rows if where is None else rows & where]
        if wanted.size >= least:
            found[name] = Rate(rows=wanted.size, rate=float(wanted.mean()))
    return found


def _brier_score(truth: Vector, numbers: Matrix) -> Weighed:
    right = truth[:, None] == np.arange(numbers.shape[1])
    return measured.mean_of(((numbers - right) ** 2).sum(axis=1))


def _calibration_error(truth: Vector, numbers: Matrix) -> Weighed:
    classes = [
        measured.expected_calibration_error((truth == k).astype(float), numbers[:, k]) for k in range(numbers.shape[1])
    ]
    return lambda weights: np.asarray(np.mean([each(weights) for each in classes], axis=0))
