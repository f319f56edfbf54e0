"""The search for hyper-parameters, by the problem's loss on the tuning periods. It ends by trials."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import optuna

from ml.declarations import Tuning
from ml.problems.learning import Params


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One trial: what was tried, its loss on the tuning periods, and what fitting found (such as rounds).

    `began_s`: when, in seconds since 1970.
    """

    params: Params
    loss: float
    found: Params
    began_s: float = field(default=0.0, compare=False)

    @property
    def fitting(self) -> Params:
        """The parameters to fit it again with."""
        return {**self.params, **self.found}


@dataclass(frozen=True, kw_only=True)
class Search:
    """All finished trials of one learner, in the order they ran, of `asked` that were to run."""

    candidates: tuple[Candidate, ...]
    asked: int

    @property
    def best(self) -> Candidate:
        """The candidate with the smallest loss; the earliest among equals."""
        return min(self.candidates, key=lambda candidate: candidate.loss)

    @property
    def was_cut(self) -> bool:
        """Whether time ran out: the same inputs could then make another model."""
        return len(self.candidates) < self.asked


def search(
    tuning: Tuning,
    seed: int,
    first: Params,
    suggest: Callable[[optuna.Trial], Params],
    fit_and_score: Callable[[Params], tuple[float, Params]],
    *,
    watched: Callable[[Candidate], None] = lambda _: None,
) -> Search:
    """Try `first`, then what a seeded TPE sampler suggests, until `trials` are done, or `timeout_s` if one is declared.

    `fit_and_score` returns a candidate's loss and what else fitting found. `first` is always
    finished, and so is the trial in which the time runs out. `watched` gets each candidate when it is done.
    """
    done: list[Candidate] = []

    def objective(trial: optuna.Trial) -> float:
        params, began_s = suggest(trial), time.time()
        loss, found = fit_and_score(params)
        done.append(Candidate(params=params, loss=loss, found=found, began_s=began_s))
        watched(done[-1])
        return loss

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict(first))
    started = time.monotonic()
    study.optimize(objective, n_trials=1)
    left_s = None if tuning.timeout_s is None else tuning.timeout_s - (time.monotonic() - started)
    if tuning.trials > 1 and (left_s is None or left_s > 0):
        study.optimize(objective, n_trials=tuning.trials - 1, timeout=left_s)
    return Search(candidates=tuple(done), asked=tuning.trials)
