"""The gain from each optional source: the model compared with one fitted without it, on the same hold-out rows."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ml.declarations import Model
from ml.evaluation.resampling import Bootstrap
from ml.examples.split import Split
from ml.problems.learning import Narrowing
from ml.problems.problem import Problem
from ml.training import registry
from ml.training.learn import Learned
from ml.versions import contract
from ml.versions.gains import Gain
from ml.versions.scorer import Scorer

RESAMPLES = 500


def optional_features(model: Model) -> Mapping[str, tuple[str, ...]]:
    """The model's features of each optional source, by the source's table."""
    found: dict[str, tuple[str, ...]] = {}
    for feature in contract.model_features(model):
        if feature.reads is not None and feature.optional:
            found[feature.reads.table.name] = (*found.get(feature.reads.table.name, ()), feature.name)
    return found


def gains(
    model: Model,
    problem: Problem,
    learned: Learned,
    split: Split,
    holdout: pd.DataFrame,
    *,
    answers: pd.DataFrame,
) -> list[Gain]:
    """The gain of each optional source: none for a learner that cannot leave features out.

    `answers` are those of `learned` to `holdout`.
    The model without the source has the same parameters and calibration; they affect neither a ranking nor an
    expected value.
    """
    if not isinstance(learned.learner, Narrowing):
        return []
    truth = problem.truth(holdout[model.outcome.label])
    drawn = Bootstrap(confidence=model.gates.comparison.confidence, resamples=RESAMPLES, seed=model.seed)
    found = []
    for source, names in optional_features(model).items():
        rest = replace(model, features=tuple(name for name in model.features if name not in names))
        fitted = learned.learner.without(names).fit(learned.params, split.before_holdout)
        less = scored(rest, replace(learned, fitted=fitted), holdout)
        interval = problem.improvement(truth, answers, less, drawn)
        found.append(Gain(source=source, measure=problem.declared.measures[0].name, interval=interval))
    return found


def scored(model: Model, learned: Learned, rows: pd.DataFrame) -> pd.DataFrame:
    """The answers of `learned` to `rows`, packed and loaded as for serving."""
    with tempfile.TemporaryDirectory() as made:
        registry.pack(learned, model, Path(made))
        return Scorer(Path(made))(contract.model_input(model, rows))
