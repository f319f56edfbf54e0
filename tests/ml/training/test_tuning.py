"""The bounded search."""

import math

import optuna
import pytest

from ml.declarations import Tuning
from ml.problems.learning import Ends, Params
from ml.training.learners.device import choose_device, threads
from ml.training.tuning import one_by_one, search


def _suggest(trial: optuna.Trial) -> Params:
    return {"x": trial.suggest_float("x", -5, 5)}


def _bowl(params: Params, _ends: Ends) -> tuple[float, Params]:
    return (params["x"] - 2) ** 2, {"rounds": 7}


def _sometimes_diverging(params: Params, ends: Ends) -> tuple[float, Params]:
    return (math.nan, {}) if params["x"] == 4.0 else _bowl(params, ends)


def test_the_first_trial_is_the_sensible_default_and_the_best_one_wins() -> None:
    """Twenty trials of a bowl with its bottom at 2, starting from 4."""
    found = search(Tuning(trials=20), 1, {"x": 4.0}, _suggest, one_by_one(_bowl))
    assert found.candidates[0].params == {"x": 4.0}
    assert len(found.candidates) == 20
    assert found.best.loss == min(candidate.loss for candidate in found.candidates) < 1
    assert found.best.found == {"rounds": 7}


def test_a_fit_that_diverged_never_wins() -> None:
    """Not a number is worse than any, as the first trial too."""
    found = search(Tuning(trials=3), 1, {"x": 4.0}, _suggest, one_by_one(_sometimes_diverging))
    assert found.candidates[0].loss == math.inf
    assert math.isfinite(found.best.loss)


def test_a_seed_repeats_the_search() -> None:
    """Same seed, same candidates."""
    runs = [search(Tuning(trials=5), 9, {"x": 0.0}, _suggest, one_by_one(_bowl)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_the_timeout_stops_it_after_the_trial_in_progress() -> None:
    """A timeout of nothing still finishes one trial."""
    found = search(Tuning(trials=50, timeout_s=0), 1, {"x": 4.0}, _suggest, one_by_one(_bowl))
    assert len(found.candidates) == 1
    assert found.was_cut


def test_without_a_timeout_it_ends_by_trials() -> None:
    """All that were asked for, so nothing was cut."""
    found = search(Tuning(trials=5), 1, {"x": 4.0}, _suggest, one_by_one(_bowl))
    assert (len(found.candidates), found.was_cut) == (5, False)


@pytest.mark.parametrize(
    ("built_with_cuda", "gpus", "expected"),
    [(True, 1, "cuda"), (True, 8, "cuda"), (True, 0, "cpu"), (False, 1, "cpu"), (False, 0, "cpu")],
)
def test_a_gpu_is_used_only_where_it_exists_and_xgboost_was_built_for_it(
    built_with_cuda: bool, gpus: int, expected: str
) -> None:
    """One pure decision."""
    assert choose_device(built_with_cuda=built_with_cuda, gpus=gpus) == expected


@pytest.mark.parametrize(
    ("rows", "cores", "expected"),
    [(0, 8, 1), (900, 8, 1), (24_000, 2, 1), (40_000, 2, 2), (40_000, 8, 2), (1_000_000, 8, 8)],
)
def test_small_data_does_not_spread_over_cores(rows: int, cores: int, expected: int) -> None:
    """A thread per 20,000 rows, at least one, at most one per core."""
    assert threads(rows=rows, cores=cores) == expected
