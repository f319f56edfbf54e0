"""Training examples in memory for the learners: whole periods, encoded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Feature
from ml.problems.learning import Categories
from ml.problems.problem import Floats, Problem
from ml.versions.contract import kinds
from ml.versions.scorer import encode

# A category beyond the most frequent ones is treated as unknown: each costs a column.
MAX_CATEGORIES = 32


@dataclass(frozen=True, kw_only=True)
class Rows:
    """`frame`: one row per training example with `period`, the features and the label.

    `past`: the features that hold the newest values of the row's series; empty if rows belong to no series.
    `scratch`: the training's own folder; None: it keeps nothing.
    """

    frame: pd.DataFrame
    features: tuple[Feature, ...]
    label: str
    period: str
    event_time: str
    problem: Problem
    seed: int
    past: tuple[str, ...] = ()
    scratch: Path | None = None

    @property
    def kinds(self) -> Mapping[str, str]:
        """How each feature is encoded."""
        return kinds(self.features)

    def without(self, names: Sequence[str]) -> "Rows":
        """The same rows with fewer features."""
        return replace(self, features=tuple(feature for feature in self.features if feature.name not in names))

    def beside(self, features: Sequence[Feature]) -> "Rows":
        """The same rows with more of their columns as features."""
        return replace(self, features=(*self.features, *features))

    def instead(
        self,
        frame: pd.DataFrame,
        features: tuple[Feature, ...],
        label: str,
        problem: Problem,
        past: tuple[str, ...] = (),
    ) -> "Rows":
        """Other rows of the same periods, to learn another question."""
        return replace(self, frame=frame, features=features, label=label, problem=problem, past=past)

    def columns(self, names: Sequence[str], categories: Categories) -> list[int]:
        """The columns of the features `names` in `matrix`; a text feature has one column per known value."""
        found: list[int] = []
        at = 0
        for name, kind in self.kinds.items():
            width = len(categories[name]) if kind == "category" else 1
            found += range(at, at + width) if name in names else ()
            at += width
        return found

    def of(self, periods: Sequence[date]) -> pd.DataFrame:
        """The rows of `periods`, in their order."""
        return self.frame[self.frame[self.period].isin(list(periods))]

    def truth(self, periods: Sequence[date]) -> Floats:
        """The labels of `periods` as numbers."""
        return self.problem.truth(self.of(periods)[self.label])

    def categories(self, periods: Sequence[date]) -> Categories:
        """The most frequent values of each text feature in `periods`; among equals the first by spelling."""
        rows = self.of(periods)
        found = {}
        for name, kind in kinds(self.features).items():
            if kind == "category":
                counted = rows[name].dropna().astype(str).value_counts()
                found[name] = [str(value) for value, _ in sorted(counted.items(), key=_by_count)][:MAX_CATEGORIES]
        return found

    def matrix(self, periods: Sequence[date], categories: Categories) -> npt.NDArray[np.float64]:
        """The features of `periods`, encoded with `categories`."""
        return encode(self.of(periods), kinds(self.features), categories)


def _by_count(counted: tuple[object, int]) -> tuple[int, str]:
    value, count = counted
    return -count, str(value)
