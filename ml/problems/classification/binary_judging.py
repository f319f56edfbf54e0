"""Binary classification in the gates: ranking by ROC AUC, decisions at a threshold, groups compared by selection."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import pandas as pd

from ml.declarations import COST, ComplianceGate, Costs
from ml.evaluation import measured
from ml.evaluation.comparing import Measured
from ml.evaluation.fairness import fairness
from ml.evaluation.leaks import ranking_alone
from ml.evaluation.metrics import checked, roc_auc
from ml.evaluation.noise import ALLOWED
from ml.problems.classification.binary import PROBABILITY, Binary
from ml.problems.classification.selection import selection_checks
from ml.problems.judging import GroupFindings, alone
from ml.problems.problem import Floats

RETRAINS = False

# No known model of human behavior ranks better.
_BEST_RANKING = 0.97


@dataclass(frozen=True, kw_only=True)
class BinaryJudging:
    """`gate` has the decision threshold and the group limits; `costs` are those of `COST`."""

    problem: Binary
    gate: ComplianceGate
    costs: Costs | None = None
    drawn_together = staticmethod(alone)

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The probabilities."""
        return checked(truth, output[PROBABILITY])[1]

    def measured(self) -> Mapping[str, Measured]:
        """The measures by name; cost only if costs are declared."""
        names = [measure.name for measure in self.problem.declared.measures if measure != COST]
        known: dict[str, Measured] = {name: measured.MEASURED[name] for name in names}
        if self.costs:
            known[COST.name] = partial(measured.cost, threshold=self.gate.decision_threshold, **asdict(self.costs))
        return known

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """The allowance for the calibration error, a sum of absolute gaps."""
        allowed = ALLOWED.get(measure)
        return None if allowed is None else allowed(numbers, limit)

    def indistinct(self, truth: Floats) -> str:
        """Only one class occurs."""
        both = np.unique(truth).size > 1
        return "" if both else "the hold-out has only one class, so no ranking can be measured"

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """Log loss."""
        return measured.log_losses(np.where(truth == 1, numbers, 1 - numbers))

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """ROC AUC of the feature alone."""
        return ranking_alone(values, truth, roc_auc)

    def believable(self, truth: Floats) -> float:
        """The highest believable ROC AUC."""
        del truth
        return _BEST_RANKING

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """Selection rates and true positive rates at the threshold."""
        gate = self.gate
        found = fairness(
            attribute,
            groups,
            truth,
            output[PROBABILITY],
            threshold=gate.decision_threshold,
            min_rows=gate.min_group_rows,
        )
        return GroupFindings(attribute=attribute, figures=asdict(found), checks=tuple(selection_checks(found, gate)))
