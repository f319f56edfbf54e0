"""From a model's declaration to its problem, for training and for the gates."""

from dataclasses import replace

from ml import declarations
from ml.declarations import BinaryClassification, Costs, Model, MulticlassClassification, ProblemType
from ml.problems.classification.binary import Binary
from ml.problems.classification.binary_judging import BinaryJudging
from ml.problems.classification.multiclass import Multiclass
from ml.problems.classification.multiclass_judging import MulticlassJudging
from ml.problems.forecasting.forecasting import Forecasting
from ml.problems.forecasting.judging import ForecastingJudging
from ml.problems.judging import Judging
from ml.problems.problem import Problem
from ml.problems.regression.judging import RegressionJudging
from ml.problems.regression.regression import Regression


def problem_of(declared: ProblemType, *, decision_threshold: float = 0.5, costs: Costs | None = None) -> Problem:
    """The problem of a declaration; only binary classification has a `decision_threshold` and costs.

    Raises ValueError for a kind of problem that is not implemented here.
    """
    match declared:
        case BinaryClassification():
            binary = Binary(declared=declared, decision_threshold=decision_threshold)
            return replace(binary, costs=costs) if costs else binary
        case MulticlassClassification():
            return Multiclass(declared=declared)
        case declarations.Regression():
            return Regression(declared=declared)
        case declarations.Forecasting():
            return Forecasting(declared=declared)
        case _:
            raise ValueError(f"{type(declared).__name__} has no folder in ml/problems: add one, and register it here")


def problem_of_model(model: Model) -> Problem:
    """The problem of a model, with the decision threshold of its compliance gate."""
    at = model.gates.compliance.decision_threshold if model.problem.decides else 0.5
    return problem_of(model.problem, decision_threshold=at, costs=model.gates.comparison.costs)


def judging_of(model: Model) -> Judging:
    """The gates' interface to a model's problem. Raises ValueError for a problem that no gate can judge."""
    gates = model.gates
    match problem_of_model(model):
        case Binary() as binary:
            return BinaryJudging(problem=binary, gate=gates.compliance, costs=gates.comparison.costs)
        case Multiclass() as multiclass:
            return MulticlassJudging(problem=multiclass, gate=gates.compliance)
        case Regression() as regression:
            return RegressionJudging(problem=regression, gate=gates.compliance)
        case Forecasting() as forecasting:
            return ForecastingJudging(problem=forecasting, gate=gates.compliance)
        case other:
            raise ValueError(f"{type(other).__name__} has no judging in ml/problems: add one, and register it here")
