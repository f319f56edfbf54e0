"""What a learning algorithm offers to training: how to search, how to fit, how to score, how to save."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, runtime_checkable

import optuna

from ml.declarations import Feature
from ml.examples.split import Split
from ml.problems.problem import Floats
from ml.training.learners.rows import Categories
from ml.training.tuning import Params

# The rows that a booster is fitted on, as its metric per round names them. To watch them changes no tree.
FITTED = "fitted"


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Truth and raw answers of the same rows, as the problem has them."""

    truth: Floats
    raw: Floats


class Fitted(Protocol):
    """What has been fitted."""

    @property
    def categories(self) -> Categories:
        """The known values of each text feature."""

    @property
    def readers(self) -> tuple[str, ...]:
        """By what `pyfunc_model.py` reads what `save` writes; several are averaged."""

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and raw answers of the rows of `periods`."""

    def save(self, directory: Path) -> None:
        """Write what was fitted into `directory`, as `pyfunc_model.py` reads it."""


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

    def try_out(self, params: Params, split: Split) -> tuple[float, Params]:
        """Fit on the training periods; the problem's loss on the tuning periods, and what fitting found."""


@runtime_checkable
class Narrowing(Fitter, Protocol):
    """What can leave features out or take more, so that it can be seen what they add; averages are made of such."""

    def without(self, features: Sequence[str]) -> "Narrowing":
        """The same on the same rows, and fewer features."""

    def beside(self, features: Sequence[Feature]) -> "Narrowing":
        """The same on the same rows, and `features` besides, which are columns of the rows."""
