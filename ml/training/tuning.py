"""The search for hyper-parameters, by the problem's loss on the tuning periods. It ends after a number of trials."""

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import optuna

from ml.declarations import Tuning
from ml.problems.learning import Ends, Params
from ml.training.pruning import Curve, Rule, Watched


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One trial: its parameters, its loss on the tuning periods, and values that fitting found (such as rounds).

    `pruned`: it was ended early, so its loss is the best so far. `curve` is kept if trials are pruned. `began_s`: its
    start, in seconds since 1970.
    """

    params: Params
    loss: float
    found: Params
    curve: Curve = ()
    pruned: bool = False
    began_s: float = field(default=0.0, compare=False)

    @property
    def fitting(self) -> Params:
        """The parameters for fitting it again."""
        return {**self.params, **self.found}


@dataclass(frozen=True, kw_only=True)
class Search:
    """All finished trials of one learner, in order; `asked`: the planned number."""

    candidates: tuple[Candidate, ...]
    asked: int

    @property
    def best(self) -> Candidate:
        """The candidate with the smallest loss among those that were not pruned; the earliest among equals."""
        return min((each for each in self.candidates if not each.pruned), key=lambda candidate: candidate.loss)

    @property
    def was_cut(self) -> bool:
        """Whether the time limit ended it: the same inputs could then give another model."""
        return len(self.candidates) < self.asked

    @property
    def pruned(self) -> int:
        """How many trials were pruned."""
        return sum(each.pruned for each in self.candidates)


# Number and parameters of a trial.
Numbered = tuple[int, Params]
# Trials that are tried at once, and by which rule they end early, to what came of each, in their order.
Batch = Callable[[Sequence[Numbered], Rule | None], Sequence[Candidate]]
FitAndScore = Callable[[Params, Ends], tuple[float, Params]]


def tried(fit_and_score: FitAndScore, params: Params, rule: Rule | None) -> Candidate:
    """The result of a trial."""
    began_s, watched = time.time(), Watched(rule)
    loss, found = fit_and_score(params, watched)
    return Candidate(
        params=params, loss=loss, found=found, curve=tuple(watched.curve), pruned=watched.pruned, began_s=began_s
    )


def one_by_one(fit_and_score: FitAndScore) -> Batch:
    """Trials in this process."""
    return lambda numbered, rule: [tried(fit_and_score, params, rule) for _, params in numbered]


def search(
    tuning: Tuning,
    seed: int,
    first: Params,
    suggest: Callable[[optuna.Trial], Params],
    batch: Batch,
    *,
    watched: Callable[[Candidate], None] = lambda _: None,
) -> Search:
    """Try `first`, then a seeded TPE sampler's suggestions, until `trials` are done or a declared `timeout_s` is over.

    `tuning.workers` trials run at once; the sampler treats each as bad until it is done, so that they spread
    (Ginsbourger et al. 2010, "Kriging is well-suited to parallelize optimization": the constant liar). Suggestions
    follow only from the seed and the results. The first batch is always finished, and so is the one in which the time
    runs out. `watched` gets each candidate when its batch is done. With `tuning.prune_after`, the curves of earlier
    batches decide which trials are pruned.
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
        for trial, candidate in zip(asked, batch(numbered, _rule(tuning, done)), strict=True):
            # A fit that diverged has no loss, and must not win by that.
            known = replace(candidate, loss=math.inf) if math.isnan(candidate.loss) else candidate
            _tell(study, trial, known)
            done.append(known)
            watched(known)
    return Search(candidates=tuple(done), asked=tuning.trials)


def _rule(tuning: Tuning, done: Sequence[Candidate]) -> Rule | None:
    if tuning.prune_after is None:
        return None
    return Rule(after=tuning.prune_after, finished=tuple(each.curve for each in done if not each.pruned))


def _tell(study: optuna.Study, trial: optuna.Trial, candidate: Candidate) -> None:
    if candidate.pruned:
        # How far it came, and how good it was there: the sampler orders what was pruned by that.
        trial.report(candidate.loss, step=len(candidate.curve))
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        study.tell(trial, candidate.loss)


def _timed_out(tuning: Tuning, started: float) -> bool:
    return tuning.timeout_s is not None and time.monotonic() - started >= tuning.timeout_s
