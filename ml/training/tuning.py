"""The search for hyper-parameters, by the problem's loss on the tuning periods. It ends by trials."""

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

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


# Number and parameters of a trial.
Numbered = tuple[int, Params]
# Trials that are tried at once, to what came of each, in their order.
Batch = Callable[[Sequence[Numbered]], Sequence[Candidate]]


def one_by_one(fit_and_score: Callable[[Params], tuple[float, Params]]) -> Batch:
    """Trials in this process."""

    def tried(params: Params) -> Candidate:
        began_s = time.time()
        loss, found = fit_and_score(params)
        return Candidate(params=params, loss=loss, found=found, began_s=began_s)

    return lambda numbered: [tried(params) for _, params in numbered]


def search(
    tuning: Tuning,
    seed: int,
    first: Params,
    suggest: Callable[[optuna.Trial], Params],
    batch: Batch,
    *,
    watched: Callable[[Candidate], None] = lambda _: None,
) -> Search:
    """Try `first`, then what a seeded TPE sampler suggests, until `trials` are done, or `timeout_s` if one is declared.

    `tuning.workers` trials are tried at once; the sampler takes each for a bad one until it is done, so that they
    spread (Ginsbourger et al. 2010, "Kriging is well-suited to parallelize optimization": the constant liar). What it
    suggests follows from the seed and from the results alone. The first batch is always finished, and so is the one in
    which the time runs out. `watched` gets each candidate when its batch is done.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=tuning.workers > 1)
    study = optuna.create_study(direction="minimize", sampler=sampler)
    study.enqueue_trial(dict(first))
    done: list[Candidate] = []
    started = time.monotonic()
    while len(done) < tuning.trials and not (done and _timed_out(tuning, started)):
        asked = [study.ask() for _ in range(min(tuning.workers, tuning.trials - len(done)))]
        numbered = [(trial.number, suggest(trial)) for trial in asked]
        for trial, candidate in zip(asked, batch(numbered), strict=True):
            # A fit that diverged has no loss, and must not win by that.
            known = replace(candidate, loss=math.inf) if math.isnan(candidate.loss) else candidate
            study.tell(trial, known.loss)
            done.append(known)
            watched(known)
    return Search(candidates=tuple(done), asked=tuning.trials)


def _timed_out(tuning: Tuning, started: float) -> bool:
    return tuning.timeout_s is not None and time.monotonic() - started >= tuning.timeout_s
