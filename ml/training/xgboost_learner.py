"""XGBoost on one node: all rows in memory, all cores (or the GPU) on one booster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import xgboost

from ml.training.device import cores, device, threads
from ml.training.learner import Scores
from ml.training.split import Split
from ml.training.tuning import Params
from ml.versions.pyfunc_model import XGBOOST_FILE

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
    """A booster and the rows it may be asked about."""

    booster: xgboost.Booster
    learner: "XgboostLearner"

    def scores(self, months: Sequence[date]) -> Scores:
        """Labels and log-odds of the rows of `months`."""
        data = self.learner.matrix(months)
        log_odds = self.booster.predict(data, output_margin=True)
        return Scores(labels=data.get_label().astype(np.int64), log_odds=log_odds.astype(np.float64))

    def save(self, directory: Path) -> None:
        """XGBoost's own binary JSON."""
        self.booster.save_model(directory / XGBOOST_FILE)


@dataclass(frozen=True, kw_only=True)
class XgboostLearner:
    """`frame`: one row per training example with `month`, the features and the label."""

    frame: pd.DataFrame
    features: tuple[str, ...]
    label: str
    month: str
    seed: int
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

    def matrix(self, months: Sequence[date]) -> xgboost.DMatrix:
        """The rows of `months`, as XGBoost wants them."""
        rows = self.frame[self.frame[self.month].isin(list(months))]
        return xgboost.DMatrix(rows[list(self.features)].astype("float32"), label=rows[self.label])

    def _kept_matrix(self, months: Sequence[date]) -> xgboost.DMatrix:
        """As `matrix`, made and binned once for all trials."""
        wanted = tuple(months)
        if wanted not in self._kept:
            self._kept[wanted] = self.matrix(months)
        return self._kept[wanted]

    def try_out(self, params: Params, split: Split) -> tuple[float, Params]:
        """Boost until the tuning months no longer improve; found: how many rounds that took."""
        booster = xgboost.train(
            self._settings(params),
            self._kept_matrix(split.train),
            num_boost_round=_MAX_ROUNDS,
            evals=[(self._kept_matrix(split.tuning), "tuning")],
            early_stopping_rounds=_PATIENCE_ROUNDS,
            verbose_eval=False,
        )
        return float(booster.best_score), {"rounds": int(booster.best_iteration) + 1}

    def fit(self, params: Params, months: Sequence[date]) -> FittedXgboost:
        """A booster of exactly `rounds` rounds over `months`."""
        settings = {name: value for name, value in params.items() if name != "rounds"}
        booster = xgboost.train(self._settings(settings), self.matrix(months), num_boost_round=int(params["rounds"]))
        return FittedXgboost(booster=booster, learner=self)

    def _settings(self, params: Params) -> dict[str, object]:
        fixed = {"objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist"}
        return {
            **params,
            **fixed,
            "seed": self.seed,
            "nthread": threads(rows=len(self.frame), cores=cores()),
            "device": device(),
        }
