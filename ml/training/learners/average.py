"""The average of several learners' raw answers, each with the parameters that its own search found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import optuna

from ml.examples.split import Split
from ml.problems.problem import Problem
from ml.training.learners.learner import Fitted, Narrowing, Scores
from ml.training.learners.rows import Categories
from ml.training.tuning import Params


@dataclass(frozen=True, kw_only=True)
class FittedAverage:
    """What each of the learners fitted."""

    parts: tuple[Fitted, ...]

    @property
    def categories(self) -> Categories:
        """Those of the parts, which are of the same rows."""
        return self.parts[0].categories

    @property
    def readers(self) -> tuple[str, ...]:
        """Those of all parts."""
        return tuple(reader for part in self.parts for reader in part.readers)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth, and the mean of the parts' raw answers."""
        scores = [part.scores(periods) for part in self.parts]
        return Scores(truth=scores[0].truth, raw=np.mean([each.raw for each in scores], axis=0))

    def save(self, directory: Path) -> None:
        """Each part in its own file."""
        for part in self.parts:
            part.save(directory)


@dataclass(frozen=True, kw_only=True)
class Average:
    """`parts` name each learner; the parameters of the average are theirs, as `<name>.<parameter>`."""

    parts: tuple[tuple[str, Narrowing], ...]
    problem: Problem
    first: Params

    def suggest(self, _trial: optuna.Trial) -> Params:
        """Nothing of its own: its parts have been searched."""
        return self.first

    def try_out(self, params: Params, split: Split) -> tuple[float, Params]:
        """Fit every part on the training periods; loss of the average on the tuning periods."""
        scores = self.fit(params, split.train).scores(split.tuning)
        return self.problem.loss(scores.truth, scores.raw), {}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedAverage:
        """Each part with its own parameters."""
        return FittedAverage(parts=tuple(part.fit(_own(name, params), periods) for name, part in self.parts))

    def without(self, features: Sequence[str]) -> "Average":
        """Every part on fewer features."""
        parts = tuple((name, part.without(features)) for name, part in self.parts)
        return Average(parts=parts, problem=self.problem, first=self.first)


def average(parts: Sequence[tuple[str, Narrowing, Params]], problem: Problem) -> Average:
    """The average of learners with the parameters that were found for them."""
    params = {f"{name}.{key}": value for name, _, found in parts for key, value in found.items()}
    return Average(parts=tuple((name, part) for name, part, _ in parts), problem=problem, first=params)


def _own(name: str, params: Params) -> Params:
    start = f"{name}."
    return {key.removeprefix(start): value for key, value in params.items() if key.startswith(start)}
