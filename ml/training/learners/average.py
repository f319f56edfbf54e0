"""Averages of several learners' raw answers, each with the parameters that its own search found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np

from ml.declarations import Feature
from ml.examples.split import Split
from ml.problems.learning import Categories, Fitted, Narrowing, Params, Scores
from ml.problems.problem import Problem


@dataclass(frozen=True, kw_only=True)
class FittedAverage:
    """The fitted model of each learner."""

    parts: tuple[Fitted, ...]

    @property
    def categories(self) -> Categories:
        """The categories of the parts, which share the same rows."""
        return self.parts[0].categories

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers of all parts."""
        return tuple(reader for part in self.parts for reader in part.readers)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth, and the mean of the parts' raw answers."""
        return _mean([part.scores(periods) for part in self.parts])

    def save(self, directory: Path) -> None:
        """Each part in its own file."""
        for part in self.parts:
            part.save(directory)


@dataclass(frozen=True, kw_only=True)
class Average:
    """Learners by name; the parameters of the average are theirs, as `<name>.<parameter>`."""

    parts: Mapping[str, Narrowing]

    def fit(self, params: Params, periods: Sequence[date]) -> FittedAverage:
        """Each part with its own parameters."""
        return self.fitted(params, lambda _name, part, own: part.fit(own, periods))

    def fitted(self, params: Params, fit: Callable[[str, Narrowing, Params], Fitted]) -> FittedAverage:
        """Each part by `fit`, which gets its name and its own parameters."""
        return FittedAverage(parts=tuple(fit(name, part, _own(name, params)) for name, part in self.parts.items()))

    def without(self, features: Sequence[str]) -> "Average":
        """Every part on fewer features."""
        return Average(parts={name: part.without(features) for name, part in self.parts.items()})

    def beside(self, features: Sequence[Feature]) -> "Average":
        """Every part on more features."""
        return Average(parts={name: part.beside(features) for name, part in self.parts.items()})


@dataclass(frozen=True, kw_only=True)
class Averaged:
    """An average with its parameters, and its loss on the tuning periods."""

    average: Average
    params: Params
    loss: float


def averages(
    learners: Mapping[str, Narrowing], found: Mapping[str, Params], problem: Problem, split: Split
) -> Mapping[str, Averaged]:
    """Every average of two learners or more, by their names joined with `+`.

    Each learner is fitted once on the training periods with the parameters `found` for it.
    """
    tuned = {name: each.fit(found[name], split.train).scores(split.tuning) for name, each in learners.items()}
    made = {}
    for names in (names for size in range(2, len(learners) + 1) for names in combinations(learners, size)):
        mean = _mean([tuned[name] for name in names])
        made["+".join(names)] = Averaged(
            average=Average(parts={name: learners[name] for name in names}),
            params={f"{name}.{key}": value for name in names for key, value in found[name].items()},
            loss=problem.loss(mean.truth, mean.raw),
        )
    return made


def _mean(scores: Sequence[Scores]) -> Scores:
    return Scores(truth=scores[0].truth, raw=np.mean([each.raw for each in scores], axis=0))


def _own(name: str, params: Params) -> Params:
    start = f"{name}."
    return {key.removeprefix(start): value for key, value in params.items() if key.startswith(start)}
