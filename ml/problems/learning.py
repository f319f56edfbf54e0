"""What a learning algorithm offers to training: how to search, how to fit, how to score, how to save.

Training brings algorithms that learn any question from a table of numbers; a problem may make learners of its own of
them (`Problem.learners`).
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
# Called with the loss on the tuning periods after each round or epoch of a trial: whether to end it there.
Ends = Callable[[float], bool]
# The known values of each text feature.
Categories = Mapping[str, Sequence[str]]
# The rows that a booster is fitted on, as its metric per round names them. To watch them changes no tree.
FITTED = "fitted"


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Truth and raw answers of the same rows, as the problem has them."""

    truth: Floats
    raw: Floats


class Examples(Protocol):
    """Training examples in memory: one row per example with its period, the features and the label."""

    @property
    def frame(self) -> pd.DataFrame:
        """All rows."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What a model takes of them."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """How each feature is encoded: as a `number`, a `time` or a `category`."""

    @property
    def label(self) -> str:
        """The column of what came true."""

    @property
    def period(self) -> str:
        """The column of the period that a row is of."""

    @property
    def seed(self) -> int:
        """Of whatever is drawn."""

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
        """Other rows of the same periods, to learn another question from; `past` are the features that are the newest
        values of a row's series.
        """


class Fitted(Protocol):
    """What has been fitted."""

    @property
    def categories(self) -> Categories:
        """The known values of each text feature."""

    @property
    def readers(self) -> tuple[str, ...]:
        """By what `scorer.py` reads what `save` writes; several are averaged."""

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and raw answers of the rows of `periods`."""

    def save(self, directory: Path) -> None:
        """Write what was fitted into `directory`, as `scorer.py` reads it."""


class Fitter(Protocol):
    """What can be fitted on the rows that it has."""

    def fit(self, params: Params, periods: Sequence[date]) -> Fitted:
        """Fit on all rows of `periods`; `params` are those of a candidate with what its fitting found."""


class Learner(Fitter, Protocol):
    """A learning algorithm with the rows it may use."""

    @property
    def first(self) -> Params:
        """Sensible parameters, tried before any others."""

    def suggest(self, trial: optuna.Trial) -> Params:
        """Parameters to try next."""

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """Fit on the training periods; the problem's loss on the tuning periods, and what fitting found.

        What is fitted in rounds or epochs asks `ends` after each.
        """


@runtime_checkable
class Narrowing(Fitter, Protocol):
    """What can leave features out or take more, so that it can be seen what they add; averages are made of such."""

    def without(self, features: Sequence[str]) -> "Narrowing":
        """The same on the same rows, and fewer features."""

    def beside(self, features: Sequence[Feature]) -> "Narrowing":
        """The same on the same rows, and `features` besides, which are columns of the rows."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """The version that is live: its number, and the folder of what `Fitted.save` wrote for it."""

    version: int
    folder: Path


@runtime_checkable
class Succeeding(Fitted, Protocol):
    """What was fitted in parts, each of which takes the place of the live version's only if it is better."""

    def after(self, live: Live | None, split: Split) -> "Succeeding":
        """What becomes the version; `live` is None if no version is."""

    def decisions(self) -> pd.DataFrame:
        """One row per part: whether it is new, what was kept instead, and why."""

    def summary(self) -> str:
        """The decisions in one line."""


class UnknownPartError(ValueError):
    """A version has no such part, or cannot take it from another one."""


@runtime_checkable
class Parted(Protocol):
    """A problem whose versions have parts, each of which can go back by itself."""

    def take_back(self, part: str, live: Live, earlier: Live, reason: str) -> pd.DataFrame | None:
        """Write what `earlier` says of `part` into the files of `live`; what is decided about every part now.

        None, and nothing is written, if both say the same. Raises UnknownPartError.
        """


# The declared algorithms by name, over rows.
Algorithms = Callable[[Examples], Mapping[str, Learner]]


def as_declared(declared: Algorithms, rows: Examples) -> Mapping[str, Learner]:
    """The declared algorithms themselves."""
    return declared(rows)


def all_others(period: date, periods: Sequence[date]) -> list[date]:
    """`periods` without `period`: whose rows tell nothing of its outcomes, if each outcome belongs to one row."""
    return [each for each in periods if each != period]
