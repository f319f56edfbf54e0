"""LightGBM on one node: trees that grow leaf by leaf (best first), not level by level."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from ml.declarations import Feature
from ml.examples.split import Split
from ml.problems.learning import FITTED, Categories, Ends, Params, Scores
from ml.training.learners.device import cores, threads
from ml.training.learners.rows import Rows
from ml.versions.scorer import LIGHTGBM_FILE

_FIRST: Params = {
    "learning_rate": 0.02,
    "num_leaves": 15,
    "min_child_samples": 20,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "reg_lambda": 5.0,
}
_MAX_ROUNDS = 1200
_PATIENCE_ROUNDS = 60


def _library() -> Any:
    """LightGBM, imported only by a training that fits it."""
    import lightgbm  # noqa: PLC0415

    return lightgbm


@dataclass(frozen=True, kw_only=True)
class FittedLightgbm:
    """A booster and the rows that it may score."""

    booster: Any
    rows: Rows
    categories: Categories
    readers: tuple[str, ...] = ("lightgbm",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and raw scores of the rows of `periods`."""
        raw = self.booster.predict(self.rows.matrix(periods, self.categories), raw_score=True)
        return Scores(truth=self.rows.truth(periods), raw=np.asarray(raw, dtype=np.float64))

    def save(self, directory: Path) -> None:
        """LightGBM's own text."""
        self.booster.save_model(str(directory / LIGHTGBM_FILE))


@dataclass(frozen=True, kw_only=True)
class LightgbmTrees:
    """Boosted trees over `rows`."""

    rows: Rows

    @property
    def first(self) -> Params:
        """Parameters that do well on most tables of this kind."""
        return _FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """A region around `first`."""
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, 48, log=True),
            "min_child_samples": trial.suggest_int("min_child_samples", 5, 100, log=True),
            "subsample": trial.suggest_float("subsample", 0.6, 1.0),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 0.9),
            "reg_lambda": trial.suggest_float("reg_lambda", 1, 20, log=True),
        }

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """Boost until the tuning periods no longer improve; found: how many rounds that took."""
        library, categories = _library(), self.rows.categories(split.train)
        fitted, tuned = (self._data(periods, categories) for periods in (split.train, split.tuning))
        booster = library.train(
            self._settings(params),
            fitted,
            num_boost_round=_MAX_ROUNDS,
            valid_sets=[tuned],
            callbacks=[library.early_stopping(_PATIENCE_ROUNDS, verbose=False), _ended(library, ends)],
        )
        rounds = int(booster.best_iteration)
        raw = booster.predict(self.rows.matrix(split.tuning, categories), raw_score=True, num_iteration=rounds)
        return self.rows.problem.loss(self.rows.truth(split.tuning), np.asarray(raw)), {"rounds": rounds}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedLightgbm:
        """A booster of exactly `rounds` rounds over `periods`."""
        settings = {name: value for name, value in params.items() if name != "rounds"}
        categories = self.rows.categories(periods)
        data = self._data(periods, categories)
        booster = _library().train(
            self._settings(settings),
            data,
            num_boost_round=int(params["rounds"]),
            valid_sets=[data],
            valid_names=[FITTED],
        )
        return FittedLightgbm(booster=booster, rows=self.rows, categories=categories)

    def without(self, features: Sequence[str]) -> "LightgbmTrees":
        """On fewer features."""
        return LightgbmTrees(rows=self.rows.without(features))

    def beside(self, features: Sequence[Feature]) -> "LightgbmTrees":
        """On more features."""
        return LightgbmTrees(rows=self.rows.beside(features))

    def _data(self, periods: Sequence[date], categories: Categories) -> Any:
        matrix = self.rows.matrix(periods, categories)
        return _library().Dataset(matrix, label=self.rows.truth(periods), free_raw_data=False)

    def _settings(self, params: Params) -> dict[str, object]:
        return {
            **params,
            **self.rows.problem.objective.lightgbm,
            "bagging_freq": 1,
            "seed": self.rows.seed,
            "num_threads": threads(rows=len(self.rows.frame), cores=cores()),
            # Equal inputs make equal trees, with any number of threads.
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }


def _ended(library: Any, ends: Ends) -> Callable[[Any], None]:
    """A callback that ends a trial after the round of which `ends` says so, by the loss on the tuning periods."""

    def asked(env: Any) -> None:
        if ends(float(env.evaluation_result_list[0][2])):
            raise library.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

    return asked
