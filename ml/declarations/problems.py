"""Problem types with their labels, outputs, measures and algorithms.

Light values that `infra` reads too. `ml/problems/` holds the code of each: how it is split, fitted and measured.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from ml.declarations.errors import require
from ml.declarations.measures import BRIER_SCORE, CALIBRATION_ERROR, COST, LOG_LOSS, MAE, R2, RMSE, ROC_AUC, Measure
from ml.declarations.monitored import (
    ABSOLUTE_ERROR,
    ACCURACY,
    ACCURACY_DIFFERENCE,
    AREA,
    AVERAGE_PRECISION,
    BIAS,
    BIAS_DIFFERENCE,
    BRIER,
    CALIBRATION,
    CLASS_CALIBRATION,
    CLASS_RATE,
    COST_A_ROW,
    COVERAGE,
    EXPECTED_ACCURACY,
    EXPECTED_AREA,
    EXPECTED_COST,
    EXPECTED_COVERAGE,
    EXPECTED_ERROR,
    EXPECTED_PRECISION,
    EXPECTED_RECALL,
    EXPLAINED,
    F1,
    HIT_RATE,
    LOSS,
    MACRO_AREA,
    MACRO_F1,
    MACRO_PRECISION,
    MACRO_RECALL,
    MEAN_LOSS,
    MEDIAN_ERROR,
    OPPORTUNITY,
    OUTCOME_RATE,
    PARITY,
    PRECISION,
    RECALL,
    SQUARED_ERROR,
    Monitored,
)
from ml.declarations.problem import Algorithm, ProblemType
from ml.declarations.table import Column

_PART_OF_A_NAME = re.compile(r"[a-z0-9_]+")
_WHOLE = ("int", "bigint")


def _chance(name: str, comment: str) -> Column:
    return Column(name=name, type="double", comment=comment, minimum=0, maximum=1)


@dataclass(frozen=True, kw_only=True)
class BinaryClassification(ProblemType):
    """Will it happen? The label is 1 or 0, the output the probability of 1."""

    name: ClassVar[str] = "binary classification"
    algorithms: ClassVar[tuple[Algorithm, ...]] = tuple(Algorithm)
    label_types: ClassVar[tuple[str, ...]] = _WHOLE
    decides: ClassVar[bool] = True

    @property
    def output(self) -> tuple[Column, ...]:
        """One `probability`."""
        return (_chance("probability", "Probability that the label is 1."),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """ROC AUC first; `COST` at the declared costs."""
        return (ROC_AUC, LOG_LOSS, BRIER_SCORE, CALIBRATION_ERROR, COST)

    @property
    def monitored(self) -> tuple[Monitored, ...]:
        """Ranking, calibration, further metrics that can be declared, and performance by group."""
        written = (HIT_RATE, PRECISION, RECALL, F1, AVERAGE_PRECISION, LOSS, BRIER, COST_A_ROW)
        estimated = (EXPECTED_AREA, EXPECTED_ACCURACY, EXPECTED_PRECISION, EXPECTED_RECALL, EXPECTED_COST)
        return (AREA, CALIBRATION, OUTCOME_RATE, *written, *estimated, PARITY, OPPORTUNITY)

    def wrong_label(self, label: Column) -> Iterator[str]:
        """In addition to the type: values other than 0 and 1."""
        yield from super().wrong_label(label)
        other = [value for value in label.allowed if value not in (0, 1)]
        if other:
            yield f"label {label.name!r} allows {other}; {self.name} takes 0 and 1: declare another problem"


@dataclass(frozen=True, kw_only=True)
class MulticlassClassification(ProblemType):
    """Which of `classes` is it? The label is one of them, the answer the likeliest, with a probability for each."""

    name: ClassVar[str] = "multi-class classification"
    algorithms: ClassVar[tuple[Algorithm, ...]] = (Algorithm.XGBOOST, Algorithm.LIGHTGBM, Algorithm.LINEAR)
    label_types: ClassVar[tuple[str, ...]] = (*_WHOLE, "string")

    classes: tuple[int | str, ...]

    def __post_init__(self) -> None:
        unnamed = [each for each in self.classes if not _PART_OF_A_NAME.fullmatch(str(each))]
        require(
            self.name,
            [
                None
                if len(set(self.classes)) == len(self.classes) >= 3
                else f"classes are {list(self.classes)}: name three or more, each once; for two, declare "
                f"{BinaryClassification.name}",
                f"classes {unnamed} are no part of a column's name (a-z, 0-9, _): rename them" if unnamed else None,
                None
                if len({type(each) for each in self.classes}) < 2
                else f"classes {list(self.classes)} mix numbers and text: use one",
            ],
        )

    @property
    def output(self) -> tuple[Column, ...]:
        """`prediction`, the likeliest class, and `probability_<class>` for each."""
        kind = "string" if isinstance(self.classes[0], str) else "bigint"
        likeliest = Column(name="prediction", type=kind, comment="The likeliest class.", allowed=self.classes)
        return (likeliest, *(_chance(f"probability_{each}", f"Probability of class {each}.") for each in self.classes))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Log loss first: a proper score over all classes."""
        return (LOG_LOSS, BRIER_SCORE, CALIBRATION_ERROR)

    @property
    def monitored(self) -> tuple[Monitored, ...]:
        """Log loss, accuracy, whether each class is as frequent as its probabilities say, and performance by group."""
        written = (MACRO_PRECISION, MACRO_RECALL, MACRO_F1, MACRO_AREA, BRIER, CLASS_CALIBRATION)
        return (MEAN_LOSS, ACCURACY, CLASS_RATE, *written, EXPECTED_ACCURACY, ACCURACY_DIFFERENCE)

    def wrong_label(self, label: Column) -> Iterator[str]:
        """In addition to the type: a declared set of values that differs from the classes."""
        yield from super().wrong_label(label)
        if label.allowed and set(label.allowed) != set(self.classes):
            given, classes = list(label.allowed), list(self.classes)
            yield f"label {label.name!r} allows {given}, and the classes are {classes}: name the same"


@dataclass(frozen=True, kw_only=True)
class Regression(ProblemType):
    """How much will it be? The answer is a `prediction` in the label's `unit`, between `lower` and `upper`.

    `coverage` is the intended share of true values between the two.
    """

    name: ClassVar[str] = "regression"
    algorithms: ClassVar[tuple[Algorithm, ...]] = (
        Algorithm.XGBOOST,
        Algorithm.LIGHTGBM,
        Algorithm.LINEAR,
        Algorithm.NETWORK,
    )
    label_types: ClassVar[tuple[str, ...]] = (*_WHOLE, "double")

    unit: str
    coverage: float = 0.9

    def __post_init__(self) -> None:
        require(
            self.name,
            [None if 0 < self.coverage < 1 else f"coverage is {self.coverage}: give a share between 0 and 1"],
        )

    @property
    def output(self) -> tuple[Column, ...]:
        """`prediction`, `lower`, `upper`."""
        share = f"{self.coverage:.0%} of true values lie above"
        return (
            Column(name="prediction", type="double", unit=self.unit, comment="The value to expect."),
            Column(name="lower", type="double", unit=self.unit, comment="Lower end of the interval."),
            Column(name="upper", type="double", unit=self.unit, comment=f"Upper end: {share} `lower` and below it."),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Root mean squared error first, in the label's unit."""
        return (replace(RMSE, unit=self.unit), replace(MAE, unit=self.unit), R2)

    @property
    def monitored(self) -> tuple[Monitored, ...]:
        """Error, bias, coverage of the bounds, and performance by group."""
        written = (SQUARED_ERROR, MEDIAN_ERROR, EXPLAINED, EXPECTED_ERROR, EXPECTED_COVERAGE)
        return (ABSOLUTE_ERROR, BIAS, COVERAGE, *written, BIAS_DIFFERENCE)
