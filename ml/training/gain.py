"""What each optional source is worth: the model against one fitted without it, on the same hold-out rows."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ml.declarations import Model
from ml.evaluation.bootstrap import auc_difference
from ml.training import registry
from ml.training.learner import Learned
from ml.training.split import Split
from ml.training.xgboost_learner import XgboostLearner
from ml.versions import contract
from ml.versions.gains import Gain
from ml.versions.pyfunc_model import PROBABILITY, Scorer

_RESAMPLES = 500


def optional_features(model: Model) -> Mapping[str, tuple[str, ...]]:
    """The model's features of each optional source, by the source's table."""
    found: dict[str, tuple[str, ...]] = {}
    for feature in contract.model_features(model):
        if feature.reads is not None and feature.optional:
            found[feature.reads.table.name] = (*found.get(feature.reads.table.name, ()), feature.name)
    return found


def gains(
    model: Model, learner: XgboostLearner, learned: Learned, split: Split, holdout: pd.DataFrame, *, confidence: float
) -> list[Gain]:
    """The gain of each optional source. The model without it has the same parameters, and its own calibration is left
    out, since a ranking does not see it.
    """
    labels = holdout[model.outcome.label].to_numpy(np.int64)
    everything = _scored(model, learned, holdout)
    found = []
    for source, names in optional_features(model).items():
        rest = replace(model, features=tuple(name for name in model.features if name not in names))
        fitted = replace(learner, features=rest.features).fit(learned.params, split.before_holdout)
        less = _scored(rest, replace(learned, fitted=fitted), holdout)
        interval = auc_difference(
            labels, everything, less, confidence=confidence, resamples=_RESAMPLES, seed=model.seed
        )
        found.append(Gain(source=source, interval=interval))
    return found


def _scored(model: Model, learned: Learned, holdout: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    with tempfile.TemporaryDirectory() as made:
        registry.pack(learned, model, Path(made))
        scored = Scorer(Path(made))(contract.model_input(model, holdout))
    return scored[PROBABILITY].to_numpy(np.float64)
