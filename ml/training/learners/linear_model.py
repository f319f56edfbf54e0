"""A piecewise linear model: each number by its position in quantile bins, each category as a column.

It is the easiest learner to explain: every feature adds its own curve, without interactions. It has an L2 penalty.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import optuna

from ml.declarations import Feature
from ml.examples.split import Split
from ml.problems.learning import Categories, Ends, Params, Scores
from ml.problems.problem import Floats
from ml.training.learners.rows import Rows
from ml.versions.scorer import LINEAR_FILE, expand

_FIRST: Params = {"bins": 8, "penalty": 1.0}


@dataclass(frozen=True, kw_only=True)
class FittedLinear:
    """`weights` (outputs, expanded columns), `intercepts` (outputs,), `edges` per column of the matrix.

    `means` of the expanded columns over the fitted rows: reasons are distances from them.
    """

    weights: Floats
    intercepts: Floats
    means: Floats
    edges: list[list[float]]
    rows: Rows
    categories: Categories
    readers: tuple[str, ...] = ("linear",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and weighted sums of the rows of `periods`."""
        expanded = expand(self.rows.matrix(periods, self.categories), self.edges)
        sums = expanded @ self.weights.T + self.intercepts
        return Scores(truth=self.rows.truth(periods), raw=sums[:, 0] if sums.shape[1] == 1 else sums)

    def save(self, directory: Path) -> None:
        """All numbers as JSON."""
        numbers = {"weights": self.weights, "intercepts": self.intercepts, "means": self.means}
        saved = {**{name: each.tolist() for name, each in numbers.items()}, "edges": self.edges}
        (directory / LINEAR_FILE).write_text(json.dumps(saved))


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """A weighted sum over `rows`."""

    rows: Rows

    @property
    def first(self) -> Params:
        """Eighths of the rows."""
        return _FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """From straight lines to 32 segments; from almost no penalty to one that leaves only the mean."""
        return {
            "bins": trial.suggest_int("bins", 1, 32, log=True),
            "penalty": trial.suggest_float("penalty", 0.01, 1000.0, log=True),
        }

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:  # noqa: ARG002
        """Fit on the training periods; loss on the tuning periods."""
        scores = self.fit(params, split.train).scores(split.tuning)
        return self.rows.problem.loss(scores.truth, scores.raw), {}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedLinear:
        """Weights for the rows of `periods`, with edges at their quantiles."""
        categories = self.rows.categories(periods)
        matrix = self.rows.matrix(periods, categories)
        edges = [bin_edges(column, int(params["bins"])) for column in matrix.T]
        truth = self.rows.truth(periods)
        expanded = expand(matrix, edges)
        weights, intercepts = self.rows.problem.objective.linear(expanded, truth, float(params["penalty"]))
        return FittedLinear(
            weights=weights,
            intercepts=intercepts,
            means=expanded.mean(axis=0),
            edges=edges,
            rows=self.rows,
            categories=categories,
        )

    def without(self, features: Sequence[str]) -> "LinearModel":
        """On fewer features."""
        return LinearModel(rows=self.rows.without(features))

    def beside(self, features: Sequence[Feature]) -> "LinearModel":
        """On more features."""
        return LinearModel(rows=self.rows.beside(features))


def bin_edges(column: Floats, bins: int) -> list[float]:
    """The edges of `bins` bins with equally many values each; fewer if values repeat, one edge if all are equal."""
    known = column[~np.isnan(column)]
    if not known.size:
        return [0.0]
    return [float(edge) for edge in np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)))]
