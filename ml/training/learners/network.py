"""A network of column embeddings and residual blocks, on one node; served from its weights, without PyTorch.

Over rows of series it is a stack of blocks over their past (`ml/neural/stacked.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import optuna

from ml.declarations import Feature
from ml.examples.split import Split
from ml.neural.lanes import dealt
from ml.neural.schedule import Schedule
from ml.problems.learning import FITTED, Categories, Ends, Params, Scores
from ml.problems.problem import Floats
from ml.training.learners.device import cores, threads
from ml.training.learners.linear_model import bin_edges
from ml.training.learners.rows import Rows
from ml.versions.scorer import NETWORK_FILE, network_of

if TYPE_CHECKING:
    from ml.neural.loop import Done, Weights

FIRST: Params = {
    "bins": 16,
    "embedding": 8,
    "width": 64,
    "blocks": 2,
    "dropout": 0.2,
    "learning_rate": 1e-3,
    "weight_decay": 1e-2,
}
MAX_EPOCHS = 60
PATIENCE_EPOCHS = 6
_BATCH_ROWS = 512
# What a fit is asked for with, and what its search found.
PARAMETERS = (*FIRST, "epochs")
# Who hears of each epoch of a fit: the name of a metric, its value, the epoch.
EpochLog = Callable[[str, float, int], object]
_watched: ContextVar[EpochLog | None] = ContextVar("epochs", default=None)


def watch_epochs(log: EpochLog | None) -> None:
    """Log the loss curve of every fit; None: of no fit. Searches are not logged by epoch."""
    _watched.set(log)


@dataclass(frozen=True, kw_only=True)
class FittedNetwork:
    """The weights, the median row as the baseline of reasons, and the rows that it may score."""

    median: Floats
    weights: "Weights"
    rows: Rows
    categories: Categories
    readers: tuple[str, ...] = ("network",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and answers of the rows of `periods`, by the serving arithmetic."""
        answer = network_of({name: np.asarray(value, dtype=np.float64) for name, value in self.weights.items()})
        matrix = self.rows.matrix(periods, self.categories)
        return Scores(truth=self.rows.truth(periods), raw=answer(matrix))

    def save(self, directory: Path) -> None:
        """The weights as arrays by name."""
        save(directory, self.median, self.weights)


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network over `rows`."""

    rows: Rows

    @property
    def first(self) -> Params:
        """A small network with a dropout of 0.2."""
        return FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """A region around `first`."""
        return suggested(trial)

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """Fit until the tuning periods no longer improve; found: how many epochs that took."""
        fitted, done = self._fitted({**params, "epochs": MAX_EPOCHS}, split.train, split.tuning, ends)
        scores = fitted.scores(split.tuning)
        return self.rows.problem.loss(scores.truth, scores.raw), {"epochs": done.best.number}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedNetwork:
        """A network of exactly `epochs` epochs over `periods`."""
        fitted, done = self._fitted(params, periods)
        curve([(each.number, each.fitted) for each in done.epochs])
        return fitted

    def without(self, features: Sequence[str]) -> "Network":
        """On fewer features."""
        return Network(rows=self.rows.without(features))

    def beside(self, features: Sequence[Feature]) -> "Network":
        """On more features."""
        return Network(rows=self.rows.beside(features))

    def _fitted(
        self,
        params: Params,
        periods: Sequence[date],
        tuning: Sequence[date] | None = None,
        ends: Ends = lambda _: False,
    ) -> "tuple[FittedNetwork, Done]":
        import torch  # noqa: PLC0415 - an environment without it leaves this learner out

        from ml.neural import loop, losses, processes, stacked, tabular  # noqa: PLC0415

        torch.set_num_threads(threads(rows=len(self.rows.frame), cores=cores()))
        categories, loss = self.rows.categories(periods), self.rows.problem.objective.network
        matrix, truth = self.rows.matrix(periods, categories), self.rows.truth(periods)
        edges = [bin_edges(column, int(params["bins"])) for column in matrix.T]
        unit = Unit.of(truth) if loss == "squared" else Unit()
        judged = None
        if tuning is not None:
            judged = dealt(self.rows.matrix(tuning, categories), unit.into(self.rows.truth(tuning)))
        past = self.rows.columns(self.rows.past, categories)
        done = loop.fit(
            lambda: stacked.network(edges, past, params) if past else tabular.network(edges, params),
            losses.LOSSES[loss],
            dealt(matrix, unit.into(truth)),
            schedule(params, self.rows.seed, patience_epochs=0 if judged is None else PATIENCE_EPOCHS),
            processes.alone(),
            tuning=judged,
            ends=lambda epoch: ends(epoch.tuning),
        )
        weights = unit.out_of(done.weights)
        return FittedNetwork(median=middle(matrix), weights=weights, rows=self.rows, categories=categories), done


@dataclass(frozen=True, kw_only=True)
class Unit:
    """The unit in which a network learns values: multiples of `size` from `zero`."""

    zero: float = 0.0
    size: float = 1.0

    @classmethod
    def of(cls, truth: Floats) -> "Unit":
        """Their standard deviation from their mean; values that are all equal keep their own."""
        return cls(zero=float(truth.mean()), size=float(truth.std()) or 1.0)

    def into(self, truth: Floats) -> Floats:
        """Values in this unit."""
        return (truth - self.zero) / self.size

    def out_of(self, weights: "Weights") -> "Weights":
        """The weights of the network that answers in the values' own unit."""
        last = {
            "last.weight": weights["last.weight"] * self.size,
            "last.bias": weights["last.bias"] * self.size + self.zero,
        }
        return {**weights, **last}


def save(directory: Path, median: Floats, weights: "Weights") -> None:
    """Write the served model's input: the weights as arrays by name, and the median row."""
    np.savez(directory / NETWORK_FILE, allow_pickle=False, median=median, **dict(weights))


def suggested(trial: optuna.Trial) -> Params:
    """The search region."""
    return {
        "bins": trial.suggest_int("bins", 4, 32, log=True),
        "embedding": trial.suggest_int("embedding", 4, 16, log=True),
        "width": trial.suggest_int("width", 32, 128, log=True),
        "blocks": trial.suggest_int("blocks", 1, 3),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "learning_rate": trial.suggest_float("learning_rate", 3e-4, 5e-3, log=True),
        "weight_decay": trial.suggest_float("weight_decay", 1e-4, 1.0, log=True),
    }


def middle(matrix: Floats) -> Floats:
    """The median of each column's known values; 0 where none is known."""
    known = [column[~np.isnan(column)] for column in matrix.T]
    return np.array([float(np.median(column)) if column.size else 0.0 for column in known])


def schedule(params: Params, seed: int, *, patience_epochs: int = 0) -> Schedule:
    """The fitting schedule for these parameters."""
    return Schedule(
        batch_rows=_BATCH_ROWS,
        epochs=int(params["epochs"]),
        patience_epochs=patience_epochs,
        learning_rate=float(params["learning_rate"]),
        weight_decay=float(params["weight_decay"]),
        seed=seed,
    )


def curve(epochs: Iterable[tuple[int, float]]) -> None:
    """Log the loss on the fitted rows of each epoch, if logging is on."""
    log = _watched.get()
    if log is None:
        return
    for number, loss in epochs:
        log(f"{FITTED}-loss", loss, number)
