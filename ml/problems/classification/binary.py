"""Binary classification: raw answers are log-odds, calibrated answers the probability of 1."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from ml.declarations import ROC_AUC, BinaryClassification, Costs
from ml.declarations.monitored import BRIER
from ml.evaluation.measured import roc_auc
from ml.evaluation.metrics import Evaluation, checked, evaluate
from ml.evaluation.resampling import Bootstrap, Interval
from ml.evaluation.slices import Losses
from ml.examples.split import split_periods
from ml.problems.classification.binary_figures import figures
from ml.problems.classification.binary_monitors import RANKING, CalibrationError, OutcomeRate
from ml.problems.classification.estimated import of_binary
from ml.problems.classification.group_monitors import Opportunity, Parity
from ml.problems.classification.sigmoid import Sigmoid, fit_sigmoid
from ml.problems.learning import all_others, as_declared
from ml.problems.measured import improvement
from ml.problems.monitor import Answered, Monitor
from ml.problems.problem import Floats, Objective

PROBABILITY = "probability"


def _logistic(matrix: Floats, truth: Floats, penalty: float) -> tuple[Floats, Floats]:
    fitted = LogisticRegression(C=1 / penalty, max_iter=1000).fit(matrix, truth)
    return fitted.coef_, fitted.intercept_


@dataclass(frozen=True, kw_only=True)
class Binary:
    """`decision_threshold`: the probability from which an answer counts as yes, in accuracy, precision and recall;
    `costs`: of wrong answers.
    """

    declared: BinaryClassification = field(default_factory=BinaryClassification)
    decision_threshold: float = 0.5
    costs: Costs = field(default_factory=lambda: Costs(false_positive=1.0, false_negative=1.0))
    objective: Objective = field(
        default=Objective(
            xgboost={"objective": "binary:logistic", "eval_metric": "logloss"},
            lightgbm={"objective": "binary", "metric": "binary_logloss"},
            linear=_logistic,
            network="logistic",
        ),
        repr=False,
    )
    split = staticmethod(split_periods)
    learners = staticmethod(as_declared)
    others = staticmethod(all_others)

    @staticmethod
    def truth(labels: "pd.Series[Any]") -> Floats:
        """1 and 0. Raises ValueError for anything else."""
        values: Floats = np.asarray(labels, dtype=np.float64)
        if not np.isin(values, (0.0, 1.0)).all():
            raise ValueError("labels must be 0 or 1 on every row: drop rows whose outcome is not known")
        return values

    def loss(self, truth: Floats, raw: Floats) -> float:
        """Log loss.

        It is a proper score and uses every row's probability, so over the few thousand rows of the tuning periods it
        distinguishes similar candidates with less noise than ROC AUC.
        """
        return float(log_loss(truth, expit(raw), labels=[0, 1]))

    def calibrate(self, truth: Floats, raw: Floats) -> Sigmoid:
        """Calibrate by a sigmoid."""
        return fit_sigmoid(truth, raw)

    def measure(self, truth: Floats, output: pd.DataFrame) -> Evaluation:
        """All measures at the decision threshold."""
        return evaluate(truth, output[PROBABILITY], self.decision_threshold)

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """The improvement in ROC AUC."""
        ours, theirs = (checked(truth, output[PROBABILITY])[1] for output in (challenger, champion))
        return improvement(ROC_AUC, roc_auc, truth, (ours, theirs), drawn)

    def losses(self, rows: Answered) -> Losses:
        """Squared errors of the probability; unlike log losses, no rare row dominates them."""
        labels, chances = checked(rows.truth, rows.answers["probability"])
        return Losses(title=BRIER.title, values=np.asarray((labels - chances) ** 2))

    def monitors(self) -> tuple[Monitor, ...]:
        """Ranking, calibration and the additionally declared figures; groups at the decision threshold."""
        at, costs = self.decision_threshold, self.costs
        groups = (Parity(decision_threshold=at), Opportunity(decision_threshold=at))
        known = (RANKING, CalibrationError(), OutcomeRate(), *figures(at, costs))
        return (*known, *of_binary(at, costs, RANKING.figure), *groups)
