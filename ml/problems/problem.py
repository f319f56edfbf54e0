"""What a problem answers to the stages: how its truth reads, what learners minimise, how answers are measured.

Arrays: `truth` has shape (rows,). `raw`, what a learner says before calibration, has shape (rows,), or (rows, classes)
if there are several classes. `output` is a table with the columns that the problem declares, a row per row of `truth`.
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
    """What each library is to minimise.

    Attributes:
        xgboost: its `objective` and `eval_metric`.
        lightgbm: its `objective` and `metric`.
        linear: coefficients (outputs, columns) and intercepts (outputs,) from a matrix without NaN, truth and penalty.
        network: `logistic` or `squared`, as `ml/neural/losses.py` has them; empty if no network learns the problem.
    """

    xgboost: Mapping[str, object]
    lightgbm: Mapping[str, object]
    linear: Callable[[Floats, Floats, float], tuple[Floats, Floats]]
    network: str = ""


class Calibration(Protocol):
    """From raw answers to those that mean what they say."""

    @property
    def as_params(self) -> Mapping[str, str | float]:
        """Its method and numbers, as the run of a training records them."""

    @property
    def description(self) -> Mapping[str, object]:
        """What the served model reads: `method` and its numbers."""

    @property
    def in_words(self) -> str:
        """What was done, for the description of a version: "sigmoid-calibrated"."""


class Measures(Protocol):
    """A model on rows that it has not seen."""

    def as_dict(self) -> dict[str, float]:
        """The number of `rows`, and every measure of the problem by name."""

    def summary(self) -> str:
        """One line for log, description and report."""


class Problem(Protocol):
    """One kind of question."""

    @property
    def declared(self) -> ProblemType:
        """Its output columns, measures with direction and unit, and algorithms."""

    @property
    def objective(self) -> Objective:
        """What learners minimise."""

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
        """Which periods train, tune, calibrate and judge. Raises ValueError if a part would be empty."""

    def truth(self, labels: "pd.Series[Any]") -> Floats:
        """The label column as numbers. Raises ValueError for a value that the problem does not know."""

    def loss(self, truth: Floats, raw: Floats) -> float:
        """What the search minimises, on rows that were not fitted."""

    def calibrate(self, truth: Floats, raw: Floats) -> Calibration:
        """From rows that were not fitted. Raises ValueError if they are too few, or contradict the model."""

    def measure(self, truth: Floats, output: pd.DataFrame) -> Measures:
        """Every measure of the problem. Raises ValueError for no rows, or NaN among the answers."""

    def improvement(
        self, truth: Floats, challenger: pd.DataFrame, champion: pd.DataFrame, drawn: Bootstrap
    ) -> Interval:
        """How much better the challenger is on the same rows by the problem's first measure, with its paired interval.

        Above zero is better, whichever way the measure improves.
        """

    def learners(self, declared: Algorithms, rows: Examples) -> Mapping[str, Learner]:
        """What learns from `rows`, by name: the declared algorithms, or what the problem makes of them."""

    def others(self, period: date, periods: Sequence[date]) -> Sequence[date]:
        """Those of `periods` whose rows tell nothing of the outcomes of `period`, so that it can be judged by them."""

    def losses(self, rows: Answered) -> Losses:
        """What each row with a known outcome loses, by which slices of rows are told apart.

        Raises ValueError for answers on which nothing can be measured.
        """

    def monitors(self) -> tuple[Monitor, ...]:
        """What judges a period of answers: one for each metric that the declaration names in `monitored`."""
