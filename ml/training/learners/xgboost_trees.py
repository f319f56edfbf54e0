"""XGBoost on one node: all rows in memory, all cores (or the GPU) on one booster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import xgboost

from ml.declarations import Feature
from ml.examples.split import Split
from ml.problems.learning import FITTED, Categories, Ends, Params, Scores
from ml.training.learners.device import cores, device, threads
from ml.training.learners.rows import Rows
from ml.versions.scorer import XGBOOST_FILE

# Shallow trees, many of them, each on half of the features: what tabular risk data asks for.
_FIRST: Params = {
    "learning_rate": 0.03,
    "max_depth": 4,
    "min_child_weight": 20.0,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "reg_lambda": 5.0,
}
_MAX_ROUNDS = 800
_PATIENCE_ROUNDS = 40


@dataclass(frozen=True, kw_only=True)
class FittedXgboost:
    """A booster and the rows that it may score."""

    booster: xgboost.Booster
    rows: Rows
    categories: Categories
    readers: tuple[str, ...] = ("xgboost",)

    def scores(self, periods: Sequence[date]) -> Scores:
        """Truth and margins of the rows of `periods`."""
        margins = self.booster.predict(_data(self.rows, periods, self.categories), output_margin=True)
        return Scores(truth=self.rows.truth(periods), raw=margins.astype(np.float64))

    def save(self, directory: Path) -> None:
        """XGBoost's own binary JSON."""
        self.booster.save_model(directory / XGBOOST_FILE)


@dataclass(frozen=True, kw_only=True)
class XgboostTrees:
    """Boosted trees over `rows`."""

    rows: Rows
    _kept: dict[tuple[date, ...], xgboost.DMatrix] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def first(self) -> Params:
        """Parameters that do well on most tables of this kind."""
        return _FIRST

    def suggest(self, trial: optuna.Trial) -> Params:
        """A region around `first`, wide enough for small and large tables."""
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.1, log=True),
            "max_depth": trial.suggest_int("max_depth", 3, 6),
            "min_child_weight": trial.suggest_float("min_child_weight", 5, 60, log=True),
            "subsample": trial.suggest_float("subsample", 0.6, 1.0),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 0.9),
            "reg_lambda": trial.suggest_float("reg_lambda", 1, 20, log=True),
        }

    def _kept_data(self, periods: Sequence[date], categories: Categories) -> xgboost.DMatrix:
        """The rows of `periods`, made and binned once for all trials."""
        wanted = tuple(periods)
        if wanted not in self._kept:
            self._kept[wanted] = _data(self.rows, periods, categories)
        return self._kept[wanted]

    def try_out(self, params: Params, split: Split, ends: Ends) -> tuple[float, Params]:
        """Boost until the tuning periods no longer improve; found: how many rounds that took."""
        categories = self.rows.categories(split.train)
        booster = xgboost.train(
            self._settings(params),
            self._kept_data(split.train, categories),
            num_boost_round=_MAX_ROUNDS,
            evals=[(self._kept_data(split.tuning, categories), "tuning")],
            callbacks=[xgboost.callback.EarlyStopping(rounds=_PATIENCE_ROUNDS), _Ended(ends)],
            verbose_eval=False,
        )
        return float(booster.best_score), {"rounds": int(booster.best_iteration) + 1}

    def fit(self, params: Params, periods: Sequence[date]) -> FittedXgboost:
        """A booster of exactly `rounds` rounds over `periods`."""
        settings = {name: value for name, value in params.items() if name != "rounds"}
        categories = self.rows.categories(periods)
        data = _data(self.rows, periods, categories)
        booster = xgboost.train(
            self._settings(settings),
            data,
            num_boost_round=int(params["rounds"]),
            evals=[(data, FITTED)],
            verbose_eval=False,
        )
        return FittedXgboost(booster=booster, rows=self.rows, categories=categories)

    def without(self, features: Sequence[str]) -> "XgboostTrees":
        """On fewer features."""
        return XgboostTrees(rows=self.rows.without(features))

    def beside(self, features: Sequence[Feature]) -> "XgboostTrees":
        """On more features."""
        return XgboostTrees(rows=self.rows.beside(features))

    def _settings(self, params: Params) -> dict[str, object]:
        return {
            **params,
            **self.rows.problem.objective.xgboost,
            "tree_method": "hist",
            "seed": self.rows.seed,
            "nthread": threads(rows=len(self.rows.frame), cores=cores()),
            "device": device(),
        }


class _Ended(xgboost.callback.TrainingCallback):
    """Ends a trial after the round of which `ends` says so."""

    def __init__(self, ends: Ends) -> None:
        super().__init__()
        self._ends = ends

    def after_iteration(self, model: object, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        """Whether to end here, by the loss on the tuning periods."""
        [losses] = evals_log["tuning"].values()
        return self._ends(float(losses[-1]))


def _data(rows: Rows, periods: Sequence[date], categories: Categories) -> xgboost.DMatrix:
    return xgboost.DMatrix(rows.matrix(periods, categories).astype(np.float32), label=rows.truth(periods))
