"""From learners to one fitted and calibrated model: search, choose, calibrate, fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ml.declarations import Tuning
from ml.examples.split import Split
from ml.problems.problem import Calibration, Problem
from ml.training.learners.average import Averaged, averages
from ml.training.learners.learner import Fitted, Fitter, Learner, Narrowing, Scores
from ml.training.tuning import Candidate, Params, Search, search


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The result of training: what was fitted, by which learner, its calibration, and how they were found.

    `searches` holds the search of each learner by name, and of each average, such as `xgboost+linear`, its one try.
    """

    fitted: Fitted
    learner: Fitter
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
    searches = {name: _searched(each, split, tuning, seed) for name, each in learners.items()}
    alike = {name: each for name, each in learners.items() if isinstance(each, Narrowing)}
    best = {name: found.best.fitting for name, found in searches.items()}
    averaged = averages(alike, best, problem, split) if len(alike) > 1 else {}
    everyone: dict[str, Fitter] = {**learners, **{name: each.average for name, each in averaged.items()}}
    searches |= {name: _single(each) for name, each in averaged.items()}
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


def _single(averaged: Averaged) -> Search:
    """An average as a search with one candidate."""
    return Search(candidates=(Candidate(params=averaged.params, loss=averaged.loss, found={}),), asked=1)


def _searched(learner: Learner, split: Split, tuning: Tuning, seed: int) -> Search:
    return search(tuning, seed, learner.first, learner.suggest, lambda params: learner.try_out(params, split))


def _unseen(learner: Fitter, params: Params, split: Split) -> Scores:
    """The calibration rows, each period scored by a model that was fitted on all others before the hold-out."""
    scores = [_of(learner, params, period, split.before_holdout) for period in split.calibration]
    return Scores(
        truth=np.concatenate([each.truth for each in scores]), raw=np.concatenate([each.raw for each in scores])
    )


def _of(learner: Fitter, params: Params, period: date, periods: Sequence[date]) -> Scores:
    return learner.fit(params, [each for each in periods if each != period]).scores([period])


def tried(searches: Mapping[str, Search]) -> list[tuple[str, Candidate]]:
    """Every candidate with the name of its learner."""
    return [(name, candidate) for name, found in searches.items() for candidate in found.candidates]
