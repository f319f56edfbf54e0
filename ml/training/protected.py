"""How much each protected column would add if the model could use it: measured, never part of the model."""

import math
from dataclasses import replace

import pandas as pd

from ml.declarations import Model
from ml.evaluation.resampling import Bootstrap
from ml.examples.dataset import PERIOD
from ml.examples.split import Split
from ml.problems.learning import Narrowing
from ml.problems.problem import Problem
from ml.training.gain import RESAMPLES, scored
from ml.training.learn import Learned
from ml.versions.contract import model_features
from ml.versions.gains import Gain
from ml.versions.training_run import LOWER, PROTECTED, UPPER


def protected_columns(model: Model) -> tuple[str, ...]:
    """The columns that define compared groups and that the model does not use."""
    return tuple(name for name in model.fairness_groups if name not in model.features)


def additions(model: Model, problem: Problem, learned: Learned, split: Split, frame: pd.DataFrame) -> list[Gain]:
    """By column: the model with it compared with the model without, both fitted on the training periods with one set of
    parameters, and compared on the tuning periods of `frame`.

    None for a learner that cannot add a column.
    """
    learner = learned.learner
    if not isinstance(learner, Narrowing) or not protected_columns(model):
        return []
    tuning = frame[frame[PERIOD].isin(split.tuning)]
    truth = problem.truth(tuning[model.outcome.label])
    drawn = Bootstrap(confidence=model.gates.comparison.confidence, resamples=RESAMPLES, seed=model.seed)

    def answers(taking: Model, fitter: Narrowing) -> pd.DataFrame:
        return scored(taking, replace(learned, fitted=fitter.fit(learned.params, split.train)), tuning)

    without, found = answers(model, learner), []
    for name in protected_columns(model):
        wider = replace(model, features=(*model.features, name))
        interval = problem.improvement(
            truth, answers(wider, learner.beside(model_features(wider)[-1:])), without, drawn
        )
        found.append(Gain(source=name, measure=problem.declared.measures[0].name, interval=interval))
    return found


def as_metrics(found: list[Gain]) -> dict[str, float]:
    """Each difference and the ends of its interval, by metric name, without those that could not be measured."""
    told = {
        f"{PROTECTED}{gain.source}{end}": value
        for gain in found
        for end, value in (
            ("", gain.interval.difference),
            (LOWER, gain.interval.lower),
            (UPPER, gain.interval.upper),
        )
    }
    return {name: value for name, value in told.items() if math.isfinite(value)}


def in_words(model: Model, found: list[Gain]) -> list[str]:
    """A sentence per protected column, or one on why there is none."""
    if found:
        return [
            f"{gain.source}, which the model does not use, would improve {gain.measure} on the tuning periods by "
            f"{gain.interval.difference:+.4f}, {gain.interval.confidence:.0%} interval {gain.interval.lower:+.4f}.."
            f"{gain.interval.upper:+.4f}"
            for gain in found
        ]
    if not protected_columns(model):
        return ["the model leaves out no protected column, so there is nothing to measure"]
    return [f"what {', '.join(protected_columns(model))} would add is not known: the learner accepts no further column"]
