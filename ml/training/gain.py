"""What each optional source is worth: the model against one fitted without it, on the same hold-out rows."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ml.declarations import Model
from ml.evaluation.bootstrap import Interval, auc_difference
from ml.training import contract, registry
from ml.training.learner import Learned
from ml.training.served import PROBABILITY, Scorer
from ml.training.split import Split
from ml.training.xgboost_learner import XgboostLearner

# Prefix of the tags that carry the gains of a version; the comparison gate reports them.
TAG = "gain_"
_RESAMPLES = 500


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What the features of the optional table `source` add to the ROC AUC, with its paired interval."""

    source: str
    interval: Interval


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


def as_tags(found: list[Gain]) -> dict[str, str]:
    """The gains as tags of a version: one JSON object per source."""
    return {f"{TAG}{gain.source}": json.dumps(asdict(gain.interval)) for gain in found}


def sentences(tags: Mapping[str, str]) -> list[str]:
    """What the tags of a version say of its optional sources, in words."""
    told = []
    for name, text in sorted(tags.items()):
        if name.startswith(TAG):
            gain = json.loads(text)
            told.append(
                f"features of {name.removeprefix(TAG)} add {gain['difference']:+.4f} ROC AUC, "
                f"{gain['confidence']:.0%} interval {gain['lower']:+.4f}..{gain['upper']:+.4f}"
            )
    return told


def _scored(model: Model, learned: Learned, holdout: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    with tempfile.TemporaryDirectory() as made:
        registry.pack(learned, model, Path(made))
        scored = Scorer(Path(made))(contract.model_input(model, holdout))
    return scored[PROBABILITY].to_numpy(np.float64)
