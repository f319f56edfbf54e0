"""Common figures of multiclass answers: means over the classes with equal weights."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from ml.declarations import Direction
from ml.declarations.monitored import BRIER, CLASS_CALIBRATION, MACRO_AREA, MACRO_F1, MACRO_PRECISION, MACRO_RECALL
from ml.problems.classification.classes import Classes
from ml.problems.figures import calibration, influenced
from ml.problems.monitor import AgainstHoldout, Answered, Figure, Floats, Monitor, mean_figure

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class Macro:
    """Figures of `classes`. As in scikit-learn, a class that is never answered has a precision of 0."""

    classes: Classes

    def precision(self, rows: Answered) -> Figure:
        """Mean over the classes of the share of rows with that answer that came true."""
        chosen, true = self._matrices(rows)
        return self._ratio(chosen * true, chosen)

    def recall(self, rows: Answered) -> Figure:
        """Mean over the classes of the share of the class's rows with that answer."""
        chosen, true = self._matrices(rows)
        return self._ratio(chosen * true, true) if true.any(axis=0).all() else Figure(rows=len(true))

    def f1(self, rows: Answered) -> Figure:
        """Mean of the classes' F1."""
        chosen, true = self._matrices(rows)
        return self._ratio(2 * chosen * true, chosen + true)

    def area(self, rows: Answered) -> Figure:
        """Mean of each class's ROC AUC against all others.

        Each row's influence is the sum over the classes of the components of DeLong, DeLong & Clarke-Pearson 1988.
        """
        chances, places = self.classes.chances(rows), np.arange(len(self.classes.columns))
        true = rows.truth[:, None] == places
        if (true.sum(axis=0) < 2).any():
            return Figure(rows=len(true))
        won = np.column_stack([_won(chances[:, place], true[:, place]) for place in places])
        areas = np.array([won[true[:, place], place].mean() for place in places])
        weights = np.where(true, 1 / true.mean(axis=0), 1 / (~true).mean(axis=0))
        return influenced(float(areas.mean()), ((won - areas) * weights).mean(axis=1))

    def brier_score(self, rows: Answered) -> Figure:
        """Mean of the squared distances between all classes' probabilities and the outcome; 0..2."""
        chances = self.classes.chances(rows)
        true = rows.truth[:, None] == np.arange(chances.shape[1])
        return mean_figure(((chances - true) ** 2).sum(axis=1))

    def calibration(self, rows: Answered) -> Figure:
        """Mean of the classes' calibration errors."""
        chances = self.classes.chances(rows)
        return calibration((rows.truth[:, None] == np.arange(chances.shape[1])).astype(float), chances)

    def _matrices(self, rows: Answered) -> tuple[Floats, Floats]:
        """Indicators of the answered and of the true class of each row; shape (rows, classes) each."""
        places = np.arange(len(self.classes.columns))
        likeliest = self.classes.likeliest(rows)
        return (likeliest[:, None] == places).astype(float), (rows.truth[:, None] == places).astype(float)

    @staticmethod
    def _ratio(counted: Floats, of: Floats) -> Figure:
        """Mean over the columns of a ratio of two means over rows, 0/0 counts as 0; influence by the delta method."""
        if not len(of):
            return Figure()
        counts = np.maximum(of.sum(axis=0), 1)
        ratios = counted.sum(axis=0) / counts
        return influenced(float(ratios.mean()), ((counted - ratios * of) * len(of) / counts).mean(axis=1))


def _won(scores: Floats, true: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """For each row, the share of rows of the opposite truth that it ranks correctly against; ties count half."""
    ranks, rows = stats.rankdata(scores), len(scores)
    positive = int(true.sum())
    won = np.empty(rows)
    won[true] = (ranks[true] - stats.rankdata(scores[true])) / (rows - positive)
    won[~true] = 1 - (ranks[~true] - stats.rankdata(scores[~true])) / positive
    return won


def figures(classes: Classes) -> tuple[Monitor, ...]:
    """Precision, recall, F1 and ROC AUC over the classes, Brier score, calibration error."""
    macro, higher, lower = Macro(classes=classes), Direction.HIGHER, Direction.LOWER
    absent = "a class is in too few rows"
    return (
        AgainstHoldout(declared=MACRO_PRECISION, better=higher, figure=macro.precision, unmeasurable=absent),
        AgainstHoldout(declared=MACRO_RECALL, better=higher, figure=macro.recall, unmeasurable=absent),
        AgainstHoldout(declared=MACRO_F1, better=higher, figure=macro.f1, unmeasurable=absent),
        AgainstHoldout(declared=MACRO_AREA, better=higher, figure=macro.area, unmeasurable=absent),
        AgainstHoldout(declared=BRIER, better=lower, figure=macro.brier_score),
        AgainstHoldout(declared=CLASS_CALIBRATION, better=lower, figure=macro.calibration),
    )
