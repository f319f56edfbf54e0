"""Bounded search for hyper-parameters, by log loss on the tuning months.

Log loss rather than ROC AUC: it is a proper score and uses every row's probability, so over the few
thousand rows of the tuning months it tells neighbouring candidates apart with less noise.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import optuna

from ml.declarations import Tuning

Params = Mapping[str, float | int]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One trial: what was tried, what the tuning months said, and what fitting found (such as rounds)."""

    params: Params
    log_loss: float
    found: Params


@dataclass(frozen=True, kw_only=True)
class Search:
    """All finished trials, in the order they ran."""

    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The candidate with the smallest log loss; the earliest among equals."""
        return min(self.candidates, key=lambda candidate: candidate.log_loss)


def search(
    tuning: Tuning,
    seed: int,
    first: Params,
    suggest: Callable[[optuna.Trial], Params],
    fit_and_score: Callable[[Params], tuple[float, Params]],
) -> Search:
    """Try `first`, then what a seeded TPE sampler suggests, until `trials` or `timeout_s` is reached.

    `fit_and_score` returns a candidate's log loss and what else fitting found. `first` is always
    finished, and so is the trial in which the time runs out.
    """
    done: list[Candidate] = []

    def objective(trial: optuna.Trial) -> float:
        params = suggest(trial)
        loss, found = fit_and_score(params)
        done.append(Candidate(params=params, log_loss=loss, found=found))
        return loss

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict(first))
    started = time.monotonic()
    study.optimize(objective, n_trials=1)
    left_s = tuning.timeout_s - (time.monotonic() - started)
    if tuning.trials > 1 and left_s > 0:
        study.optimize(objective, n_trials=tuning.trials - 1, timeout=left_s)
    return Search(candidates=tuple(done))
