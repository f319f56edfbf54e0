"""From what a model declares to the problem that answers for it."""

from ml import declarations
from ml.declarations import BinaryClassification, MulticlassClassification, ProblemType
from ml.problems.classification.binary import Binary
from ml.problems.classification.multiclass import Multiclass
from ml.problems.problem import Problem
from ml.problems.regression.regression import Regression


def problem_of(declared: ProblemType, *, decision_threshold: float = 0.5) -> Problem:
    """The problem of a declaration; only a yes or no has a `decision_threshold`.

    Raises ValueError for a kind of question that has no folder here.
    """
    match declared:
        case BinaryClassification():
            return Binary(declared=declared, decision_threshold=decision_threshold)
        case MulticlassClassification():
            return Multiclass(declared=declared)
        case declarations.Regression():
            return Regression(declared=declared)
        case _:
            raise ValueError(f"{type(declared).__name__} has no folder in ml/problems: write one, and name it here")
