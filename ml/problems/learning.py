"""The interface of learning algorithms for training: search, fit, score and save.

Training provides algorithms that learn any question from a table of numbers; a problem may build its own learners
from them (`Problem.learners`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd

from ml.declarations import Feature
from ml.examples.split import Split

if TYPE_CHECKING:
    from ml.problems.problem import Problem

Floats = npt.NDArray[np.float64]
Params = Mapping[str, float | int]
# Called with the loss on the tuning periods after each round or epoch of a trial: whether to stop the trial.
Ends = Callable[[float], bool]
# The known values of each text feature.
Categories = Mapping[str, Sequence[str]]
# The fitted rows' name in a booster's metrics per round. Evaluating them changes no tree.
FITTED = "fitted"


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Truth and raw answers of the same rows, in the problem's form."""

    truth: Floats
    raw: Floats


class Examples(Protocol):
    """Training examples in memory: one row per example with its period, the features and the label."""

    @property
    def frame(self) -> pd.DataFrame:
        """All rows."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features of the model."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """How each feature is encoded: as a `number`, a `time` or a `category`."""

    @property
    def label(self) -> str:
        """The column of the outcome."""

    @property
    def period(self) -> str:
        """The column of a row's period."""

    @property
    def event_time(self) -> str:
        """The column of a row's event time."""

    @property
    def seed(self) -> int:
        """The seed of all random draws."""

    @property
    def scratch(self) -> Path | None:
        """The folder in which a restart of a killed training finds what it has finished; None: nothing is kept."""

    def of(self, periods: Sequence[date]) -> pd.DataFrame:
        """The rows of `periods`, in their order."""

    def truth(self, periods: Sequence[date]) -> Floats:
        """The labels of `periods` as numbers."""

    def instead(
        self,
        frame: pd.DataFrame,
        features: tuple[Feature, ...],
        label: str,
        problem: "Problem",
        past: tuple[str, ...] = (),
    ) -> Self:
        """Other rows of the same periods, for learning another question; `past` are the features with the newest values
        of a row's series.
        """


class Fitted(Protocol):
    """A fitted model."""

    @property
    def categories(self) -> Categories:
        """The known values of each text feature."""

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers with which `scorer.py` loads the output of `save`; several are averaged."""

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and raw answers of the rows of `periods`."""

    def save(self, directory: Path) -> None:
        """Write the fitted model into `directory`, in the format of `scorer.py`."""


class Fitter(Protocol):
    """A learner that can be fitted on its rows."""

    def fit(self, params: Params, periods: Sequence[date]) -> Fitted:
        """Fit on all rows of `periods`; `params` are a candidate's parameters plus those that its trial found."""


class Learner(Fitter, Protocol):
    """A learning algorithm with the rows that it may use."""

    @property
    def first(self) -> Params:
        """Sensible default parameters, tried first."""

    def suggest(self, trial: optuna.Trial) -> Params:
        """Parameters to try next."""

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """Fit on the training periods. Returns the loss on the tuning periods, and the parameters that fitting found.

        Learners with rounds or epochs call `ends` after each.
        """


@runtime_checkable
class Narrowing(Fitter, Protocol):
    """A fitter that can drop or add features, to measure their gain; averages consist of these."""

    def without(self, features: Sequence[str]) -> "Narrowing":
        """The same fitter on the same rows with fewer features."""

    def beside(self, features: Sequence[Feature]) -> "Narrowing":
        """The same fitter on the same rows with additional `features`, which are columns of the rows."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The live version: its number, and the folder that `Fitted.save` wrote."""

    version: int
    folder: Path


@runtime_checkable
class Succeeding(Fitted, Protocol):
    """A model fitted in parts, each of which replaces the live version's part only if it is better."""

    def after(self, live: Live | None, split: Split) -> "Succeeding":
        """The model to register; `live` is None if no version is live."""

    def decisions(self) -> pd.DataFrame:
        """One row per part: whether it is new, what was kept instead, and why."""

    def summary(self) -> str:
        """The decisions in one line."""


class UnknownPartError(ValueError):
    """A version does not have this part, or cannot take it from the other version."""


@runtime_checkable
class Parted(Protocol):
    """A problem whose versions have parts that can be rolled back separately."""

    def take_back(self, part: str, live: Live, earlier: Live, reason: str) -> pd.DataFrame | None:
        """Copy `part` of `earlier` into the files of `live`; returns the decisions about every part.

        Returns None and writes nothing if both are equal. Raises UnknownPartError.
        """

    def fitted_parameters(self, version: Live) -> list[dict[str, object]]:
        """The rows of the table `fitted_parameters` about the parts of `version`, without the columns about the version
        itself.
        """


# The declared algorithms by name, over rows.
Algorithms = Callable[[Examples], Mapping[str, Learner]]


def as_declared(declared: Algorithms, rows: Examples) -> Mapping[str, Learner]:
    """The declared algorithms themselves."""
    return declared(rows)


def all_others(period: date, periods: Sequence[date]) -> list[date]:
    """`periods` without `period`: their rows contain nothing about its outcomes, if each outcome belongs to one row."""
    return [each for each in periods if each != period]
