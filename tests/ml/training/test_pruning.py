"""Trials that end early: by which rule, what the search makes of them, and what a killed search goes on with."""

import math
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from ml.declarations import Algorithm, Tuning
from ml.declarations.errors import DeclarationError
from ml.problems.learning import Ends, Params
from ml.problems.registry import problem_of
from ml.training.learners import in_memory
from ml.training.pruning import Rule, Watched
from ml.training.trials import Kept
from ml.training.tuning import Search, one_by_one, search
from tests.ml.problems.made import BINARY, PERIOD, SPLIT, model, rows
from tests.ml.training.counting import counting

ROUNDS = 10


def _suggest(trial: optuna.Trial) -> Params:
    return {"floor": trial.suggest_float("floor", 0, 1)}


def _falling(params: Params, ends: Ends) -> tuple[float, Params]:
    """A loss that falls to its floor in ten rounds, from one above it."""
    for round_ in range(1, ROUNDS + 1):
        loss = params["floor"] + 1 - round_ / ROUNDS
        if ends(loss):
            break
    return loss, {"rounds": round_}


def _search(after: int | None) -> Search:
    tuning = Tuning(trials=12, prune_after=after)
    return search(tuning, 1, {"floor": 0.5}, _suggest, one_by_one(_falling))


def test_a_trial_ends_once_it_is_worse_than_the_median_of_the_others() -> None:
    """After as many rounds, by the best loss so far; others that ended sooner by themselves count with their best."""
    rule = Rule(after=3, finished=((5.0, 3.0, 1.0), (5.0, 4.0), (6.0, 5.0, 4.0)))
    watched = Watched(rule)
    assert [watched(loss) for loss in (5.0, 3.5, 4.5, 9.0)] == [False, False, False, False]
    assert watched.curve == [5.0, 3.5, 3.5, 3.5]
    assert [rule.is_hopeless(curve) for curve in ((5.1,), (5.0, 4.0), (5.0, 4.2), (5.0, 4.5, 4.1))] == [
        True,
        False,
        True,
        True,
    ]
    assert Watched(rule)(math.nan) is True
    assert not replace(rule, after=4).is_hopeless((9.0,))


def test_trials_that_end_early_never_win_and_the_rest_are_as_without() -> None:
    """The first three run to their end; of the others those with a higher floor than the median end in round one."""
    found = _search(3)
    assert [each.pruned for each in found.candidates[:3]] == [False] * 3
    assert 0 < found.pruned < 9
    assert {each.found["rounds"] for each in found.candidates if each.pruned} == {1}
    assert found.best.loss == min(each.loss for each in found.candidates if not each.pruned)
    assert _search(3) == found


def test_without_the_rule_every_trial_ends_by_itself() -> None:
    """And keeps no curve."""
    assert [(each.pruned, each.curve, each.found["rounds"]) for each in _search(None).candidates] == [
        (False, (), ROUNDS)
    ] * 12


@pytest.mark.parametrize("killed_at", [2, 7, 11])
def test_a_killed_search_ends_the_same_trials_early(tmp_path: Path, killed_at: int) -> None:
    """The curves of the trials that were finished lie with them."""
    seen: list[int] = []
    tuning = Tuning(trials=12, prune_after=3)
    killed = counting(_falling, Kept(folder=tmp_path), seen, killed_at=killed_at)
    with pytest.raises(KeyboardInterrupt):
        search(tuning, 1, {"floor": 0.5}, _suggest, killed)
    again = counting(_falling, Kept(folder=tmp_path), seen)
    assert search(tuning, 1, {"floor": 0.5}, _suggest, again) == _search(3)
    assert seen == list(range(12))


@pytest.mark.parametrize("algorithm", [Algorithm.XGBOOST, Algorithm.LIGHTGBM])
def test_a_learner_stops_in_the_round_in_which_it_is_told(algorithm: Algorithm) -> None:
    """It is asked after each round with the loss on the tuning periods, and has the best round until then."""
    frame = rows(BINARY)
    learner = in_memory.learners(
        model(BINARY, algorithm),
        problem_of(BINARY),
        frame[frame[PERIOD].isin(SPLIT.before_holdout)],
        period=PERIOD,
    )[str(algorithm)]
    heard: list[float] = []

    def ends(loss: float) -> bool:
        heard.append(loss)
        return len(heard) == 5

    loss, found = learner.try_out(learner.first, SPLIT, ends)
    assert len(heard) == 5
    assert 1 <= found["rounds"] <= 5
    assert loss == pytest.approx(min(heard), rel=1e-5)


def test_a_rule_that_can_end_no_trial_is_refused() -> None:
    """Of a learner without rounds; and after as many trials as there are."""
    declared = model(BINARY, Algorithm.LINEAR)
    with pytest.raises(DeclarationError, match=r"tuning.prune_after is 1, and linear is not tried in rounds"):
        replace(declared, tuning=Tuning(trials=2, prune_after=1))
    with pytest.raises(DeclarationError, match="prune_after is 2, and there are 2 trials: give fewer, or none"):
        Tuning(trials=2, prune_after=2)
