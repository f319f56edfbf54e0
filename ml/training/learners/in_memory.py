"""The learners of a model that is fitted on one node, over the same rows."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from ml.declarations import Algorithm, Model
from ml.problems.learning import Examples, Learner
from ml.problems.problem import Problem
from ml.training.learners.left_out import left_out, present
from ml.training.learners.lightgbm_trees import LightgbmTrees
from ml.training.learners.linear_model import LinearModel
from ml.training.learners.network import Network
from ml.training.learners.rows import Rows
from ml.training.learners.xgboost_trees import XgboostTrees
from ml.versions.contract import model_features

LEARNERS: Mapping[Algorithm, Callable[..., Learner]] = {
    Algorithm.XGBOOST: XgboostTrees,
    Algorithm.LIGHTGBM: LightgbmTrees,
    Algorithm.LINEAR: LinearModel,
    Algorithm.NETWORK: Network,
}


def learners(
    model: Model, problem: Problem, frame: pd.DataFrame, *, period: str, scratch: Path | None = None
) -> Mapping[str, Learner]:
    """The problem's learners by name, over `frame`: a row per example with its `period`; see `Rows` for `scratch`.

    One learner per algorithm of `model` that this environment can fit, unless the problem builds others from them.
    """
    rows = Rows(
        frame=_sorted(model, frame, period),
        features=model_features(model),
        label=model.outcome.label,
        period=period,
        event_time=model.outcome.event_time,
        problem=problem,
        seed=model.seed,
        scratch=scratch,
    )

    for algorithm, reason in left_out(model.algorithms).items():
        print(f"{algorithm} is left out: {reason}")

    def declared(over: Examples) -> Mapping[str, Learner]:
        return {str(algorithm): LEARNERS[algorithm](rows=over) for algorithm in present(model.algorithms)}

    return problem.learners(declared, rows)


def _sorted(model: Model, frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """Sort the rows: the rows that a round draws depend on their order, and Spark guarantees none."""
    order: Sequence[str] = [period, model.outcome.key, model.outcome.event_time]
    return frame.sort_values(list(dict.fromkeys(order)), ignore_index=True)
