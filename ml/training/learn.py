"""From learners to one fitted and calibrated model: search, choose, calibrate, fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from ml.declarations import Tuning
from ml.examples.split import Split
from ml.problems.learning import Ends, Fitted, Fitter, Learner, Narrowing, Params, Scores
from ml.problems.problem import Calibration, Problem
from ml.training.learners.average import Average, Averaged, averages
from ml.training.tuning import Batch, Candidate, FitAndScore, Search, one_by_one, search
from ml.training.watch import Watch

# The name of a learner, and what tries its parameters, to how trials are tried at once.
Together = Callable[[str, FitAndScore], Batch]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The result of training: the fitted model, its learner, its calibration, and the searches.

    `searches`: the search of each learner by name, and the single trial of each average, such as `xgboost+linear`.
    `held_back`: fitted on everything before the hold-out except the newest calibration period.
    """

    fitted: Fitted
    held_back: Fitted
    learner: Fitter
    chosen: str
    calibration: Calibration
    params: Params
    searches: Mapping[str, Search]

    @property
    def trials(self) -> int:
        """All trials."""
        return sum(len(found.candidates) for found in self.searches.values())

    @property
    def cut(self) -> str:
        """The searches that reached their time limit, in words; empty if all ran every trial."""
        parts = [
            f"{name} after {len(found.candidates)} of {found.asked} trials"
            for name, found in self.searches.items()
            if found.was_cut
        ]
        return ", ".join(parts)


def learn(
    learners: Mapping[str, Learner],
    problem: Problem,
    split: Split,
    tuning: Tuning,
    seed: int,
    *,
    watch: Watch | None = None,
    together: Together | None = None,
) -> Learned:
    """Search on training and tuning periods, calibrate by the newest ones, fit on all before the hold-out.

    The newest periods must not be lost to calibration: after a change they are the ones to learn from. So each of them
    is scored by a model that saw all others, and the calibration of these scores is used for the final model
    (cross-fitting, as in Platt 1999, section 2.1, with periods as folds). The problem decides which periods may score
    another: rows of two periods may share an outcome.
    """
    watch = watch or Watch()
    searches = {
        name: _searched(each, tuning, seed, partial(watch.tried, name), _batch(name, each, split, together))
        for name, each in learners.items()
    }
    alike = {name: each for name, each in learners.items() if isinstance(each, Narrowing)}
    best = {name: found.best.fitting for name, found in searches.items()}
    averaged = averages(alike, best, problem, split) if len(alike) > 1 else {}
    everyone: dict[str, Fitter] = {**learners, **{name: each.average for name, each in averaged.items()}}
    searches |= {name: _single(name, each, watch) for name, each in averaged.items()}
    chosen = min(searches, key=lambda name: searches[name].best.loss)
    learner, params = everyone[chosen], searches[chosen].best.fitting
    unseen, held_back = _unseen(learner, params, split, problem)
    return Learned(
        fitted=_watched(learner, chosen, params, split.before_holdout, watch),
        held_back=held_back,
        learner=learner,
        chosen=chosen,
        calibration=problem.calibrate(unseen.truth, unseen.raw),
        params=params,
        searches=searches,
    )


def _watched(learner: Fitter, name: str, params: Params, periods: Sequence[date], watch: Watch) -> Fitted:
    """Fit the model that becomes the version; each part of an average is watched separately."""
    if not isinstance(learner, Average):
        with watch.fitting(name, params, alone=True):
            return learner.fit(params, periods)

    def part(its_name: str, its_learner: Fitter, own: Params) -> Fitted:
        with watch.fitting(its_name, own, alone=False):
            return its_learner.fit(own, periods)

    return learner.fitted(params, part)


def _single(name: str, averaged: Averaged, watch: Watch) -> Search:
    """An average as a search with one candidate."""
    candidate = Candidate(params=averaged.params, loss=averaged.loss, found={})
    watch.tried(name, candidate)
    return Search(candidates=(candidate,), asked=1)


def _searched(
    learner: Learner, tuning: Tuning, seed: int, watched: Callable[[Candidate], None], batch: Batch
) -> Search:
    return search(tuning, seed, learner.first, learner.suggest, batch, watched=watched)


def _batch(name: str, learner: Learner, split: Split, together: Together | None) -> Batch:
    """How the learner's trials run: in this process, or with `together`."""

    def fit_and_score(params: Params, ends: Ends) -> tuple[float, Params]:
        return learner.try_out(params, split, ends)

    return together(name, fit_and_score) if together else one_by_one(fit_and_score)


def _unseen(learner: Fitter, params: Params, split: Split, problem: Problem) -> tuple[Scores, Fitted]:
    """The calibration rows, each period scored by a model that was fitted on the others; and the newest one's model."""
    others = {period: tuple(problem.others(period, split.before_holdout)) for period in split.calibration}
    fits = {periods: learner.fit(params, periods) for periods in dict.fromkeys(others.values())}
    scores = [fits[periods].scores([period]) for period, periods in others.items()]
    joined = Scores(
        truth=np.concatenate([each.truth for each in scores]), raw=np.concatenate([each.raw for each in scores])
    )
    return joined, fits[others[split.calibration[-1]]]
