"""Feature importance: how much worse the answers get if a feature is shuffled, as a table and a picture."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import pandas as pd

from ml.declarations import Model
from ml.evaluation import leaks
from ml.examples.dataset import PERIOD
from ml.examples.split import Split
from ml.problems.registry import judging_of
from ml.training import registry
from ml.training.learn import Learned
from ml.versions import contract, training_run
from ml.versions.scorer import Scorer

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def importance(model: Model, learned: Learned, split: Split, frame: pd.DataFrame) -> Mapping[str, float]:
    """The share of each feature in the model's skill, by the loss of its problem, the largest first.

    Measured on the newest calibration period in `frame`, with the fit that has not seen it: the hold-out is reserved
    for the gates, and on fitted rows a feature that is only noise looks important.
    """
    key, judging = [model.outcome.key, model.outcome.event_time], judging_of(model)
    calibrating = frame[frame[PERIOD].isin(split.calibration)]
    rows = calibrating[calibrating[PERIOD] == calibrating[PERIOD].max()].sort_values(key, ignore_index=True)
    truth = judging.problem.truth(rows[model.outcome.label])
    with tempfile.TemporaryDirectory() as made:
        registry.pack(replace(learned, fitted=learned.held_back), model, Path(made))
        scorer = Scorer(Path(made))
        found = leaks.importance(
            lambda asked: scorer(contract.model_input(model, asked)),
            lambda known, given: judging.losses(known, judging.numbers(known, given)),
            rows[list(model.features)],
            model.features,
            truth,
            seed=model.seed,
        )
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def log_importance(shares: Mapping[str, float]) -> None:
    """Both artifacts, in the active run."""
    mlflow.log_table(pd.DataFrame({"feature": list(shares), "share": list(shares.values())}), training_run.IMPORTANCE)
    mlflow.log_figure(_picture(shares), training_run.IMPORTANCE_PICTURE)


def _picture(shares: Mapping[str, float]) -> "Figure":
    """A bar per feature, the largest on top."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, for the picture alone

    figure = Figure(figsize=(7, 1 + 0.25 * len(shares)), layout="constrained")
    axes = figure.subplots()
    axes.barh(list(shares)[::-1], list(shares.values())[::-1])
    axes.set_xlabel("share of the model's skill")
    return figure
