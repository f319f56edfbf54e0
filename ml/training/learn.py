"""From learners to one fitted and calibrated model: search, choose, calibrate, fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ml.declarations import Tuning
from ml.examples.split import Split
from ml.problems.problem import Calibration, Problem
from ml.training.learners.average import average
from ml.training.learners.learner import Fitted, Learner, Narrowing, Scores
from ml.training.tuning import Candidate, Params, Search, search

AVERAGE = "average"


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The result of training: what was fitted, by which learner, its calibration, and how they were found.

    `searches` holds the search of each learner by name, and the one try of their average as `average`.
    """

    fitted: Fitted
    learner: Learner
    chosen: str
    calibration: Calibration
    params: Params
    searches: Mapping[str, Search]

    @property
    def trials(self) -> int:
        """All candidates that were tried."""
        return sum(len(found.candidates) for found in self.searches.values())

    @property
    def cut(self) -> str:
        """Which searches ended by time, in words; empty if all ended by trials."""
        parts = [
            f"{name} after {len(found.candidates)} of {found.asked} trials"
            for name, found in self.searches.items()
            if found.was_cut
        ]
        return ", ".join(parts)


def learn(learners: Mapping[str, Learner], problem: Problem, split: Split, tuning: Tuning, seed: int) -> Learned:
    """Search on training and tuning periods, calibrate by the newest ones, fit on all before the hold-out.

    The newest periods must not be lost to calibration: after a change of the world they are the ones to learn from. So
    each of them is scored by a model that saw all others, and the calibration of those scores is taken for the
    final model (cross-fitting, as in Platt 1999, section 2.1, with periods for folds).
    """
    everyone, searches = dict(learners), {name: _searched(each, split, tuning, seed) for name, each in learners.items()}
    parts = [
        (name, each, searches[name].best.fitting) for name, each in learners.items() if isinstance(each, Narrowing)
    ]
    if len(parts) > 1:
        both = average(parts, problem)
        everyone[AVERAGE], searches[AVERAGE] = both, _searched(both, split, Tuning(trials=1), seed)
    chosen = min(searches, key=lambda name: searches[name].best.loss)
    learner, params = everyone[chosen], searches[chosen].best.fitting
    unseen = _unseen(learner, params, split)
    return Learned(
        fitted=learner.fit(params, split.before_holdout),
        learner=learner,
        chosen=chosen,
        calibration=problem.calibrate(unseen.truth, unseen.raw),
        params=params,
        searches=searches,
    )


def _searched(learner: Learner, split: Split, tuning: Tuning, seed: int) -> Search:
    return search(tuning, seed, learner.first, learner.suggest, lambda params: learner.try_out(params, split))


def _unseen(learner: Learner, params: Params, split: Split) -> Scores:
    """The calibration rows, each period scored by a model that was fitted on all others before the hold-out."""
    scores = [_of(learner, params, period, split.before_holdout) for period in split.calibration]
    return Scores(
        truth=np.concatenate([each.truth for each in scores]), raw=np.concatenate([each.raw for each in scores])
    )


def _of(learner: Learner, params: Params, period: date, periods: Sequence[date]) -> Scores:
    return learner.fit(params, [each for each in periods if each != period]).scores([period])


def tried(searches: Mapping[str, Search]) -> list[tuple[str, Candidate]]:
    """Every candidate with the name of its learner."""
    return [(name, candidate) for name, found in searches.items() for candidate in found.candidates]
