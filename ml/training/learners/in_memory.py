"""The learners of a model that is fitted on one node, over the same rows."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ml.declarations import Algorithm, Model
from ml.problems.learning import Examples, Learner
from ml.problems.problem import Problem
from ml.training.learners.lightgbm_trees import LightgbmTrees
from ml.training.learners.linear_model import LinearModel
from ml.training.learners.rows import Rows
from ml.training.learners.xgboost_trees import XgboostTrees
from ml.versions.contract import model_features

_LEARNERS: Mapping[Algorithm, Callable[..., Learner]] = {
    Algorithm.XGBOOST: XgboostTrees,
    Algorithm.LIGHTGBM: LightgbmTrees,
    Algorithm.LINEAR: LinearModel,
}


def learners(model: Model, problem: Problem, frame: pd.DataFrame, *, period: str) -> Mapping[str, Learner]:
    """What the problem learns by, by name, over `frame`: a row per example with its `period`.

    That is one learner per algorithm of `model`, unless the problem makes others of them.
    """
    rows = Rows(
        frame=_sorted(model, frame, period),
        features=model_features(model),
        label=model.outcome.label,
        period=period,
        problem=problem,
        seed=model.seed,
    )

    def declared(over: Examples) -> Mapping[str, Learner]:
        return {str(algorithm): _LEARNERS[algorithm](rows=over) for algorithm in model.algorithms}

    return problem.learners(declared, rows)


def _sorted(model: Model, frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """Which rows a round draws depends on their order, and Spark promises none."""
    order: Sequence[str] = [period, model.outcome.key, model.outcome.event_time]
    return frame.sort_values(list(dict.fromkeys(order)), ignore_index=True)
