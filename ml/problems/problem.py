"""The interface of problems for the stages: reading the truth, the objective of learners, measuring answers.

Arrays: `truth` has shape (rows,). `raw`, a learner's answers before calibration, has shape (rows,), or (rows, classes)
with several classes. `output` is a table with the problem's declared columns, one row per row of `truth`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Calendar, ProblemType
from ml.evaluation.resampling import Bootstrap, Interval
from ml.evaluation.slices import Losses
from ml.examples.split import Split
from ml.problems.learning import Algorithms, Examples, Learner
from ml.problems.monitor import Answered, Monitor

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Objective:
    """The objective of each library.

    Attributes:
        xgboost: its `objective` and `eval_metric`.
        lightgbm: its `objective` and `metric`.
        linear: coefficients (outputs, columns) and intercepts (outputs,) from a matrix without NaN, truth and penalty.
        network: `logistic` or `squared`, as in `ml/neural/losses.py`; empty if no network supports the problem.
    """

    xgboost: Mapping[str, object]
    lightgbm: Mapping[str, object]
    linear: Callable[[Floats, Floats, float], tuple[Floats, Floats]]
    network: str = ""


class Calibration(Protocol):
    """A calibration: from raw to calibrated answers."""

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """Its method and numbers, for the training run's record."""

    @property
    def description(self) -> Mapping[str, object]:
        """The served model's input: `method` and its numbers."""

    @property
    def in_words(self) -> str:
        """The calibration in words, for the description of a version: "sigmoid-calibrated"."""


class Measures(Protocol):
    """The measures of a model on unseen rows."""

    def as_dict(self) -> dict[str, float]:
        """The number of `rows`, and every measure of the problem by name."""

    def summary(self) -> str:
        """One line for the log, the description and the report."""


class Problem(Protocol):
    """One kind of question."""

    @property
    def declared(self) -> ProblemType:
        """Its output columns, measures with direction and unit, and algorithms."""

    @property
    def objective(self) -> Objective:
        """The objective of learners."""

    def split(
        self,
        periods: Iterable[date],
        *,
        calendar: Calendar,
        holdout_ratio: float,
        tuning_ratio: float,
        calibration_ratio: float,
        holdout_start: date | None = None,
    ) -> Split:
        """The periods for training, tuning, calibration and hold-out. Raises ValueError if a part would be empty."""

    def truth(self, labels: "pd.Series[Any]") -> Floats:
        """The label column as numbers. Raises ValueError for an unknown value.

        Static if possible: Spark's workers then get its code without that of learners.
        """

    def loss(self, truth: Floats, raw: Floats) -> float:
        """The loss that the search minimises, on rows that were not fitted."""

    def calibrate(self, truth: Floats, raw: Floats) -> Calibration:
        """Calibrate on rows that were not fitted. Raises ValueError if they are too few, or contradict the model."""

    def measure(self, truth: Floats, output: pd.DataFrame) -> Measures:
        """Every measure of the problem. Raises ValueError for no rows, or NaN among the answers."""

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """The challenger's improvement on the same rows by the problem's first measure, with its paired interval.

        Positive is better, whichever way the measure improves.
        """

    def learners(self, declared: Algorithms, rows: Examples) -> Mapping[str, Learner]:
        """The learners over `rows`, by name: the declared algorithms, or the problem's own learners built from them."""

    def others(self, period: date, periods: Sequence[date]) -> Sequence[date]:
        """The `periods` whose rows tell nothing about outcomes of `period`, so a fit on them can be judged by it."""

    def losses(self, rows: Answered) -> Losses:
        """The loss of each row with a known outcome, for comparing slices of rows.

        Raises ValueError for answers on which nothing can be measured.
        """

    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors for a period of answers: one for each metric in the declaration's `monitored`."""
