"""A search over several workers: which trials, how often each, and what a killed one goes on with."""

import statistics
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
import pytest
from pyspark import cloudpickle

import ml
from ml.declarations import Algorithm, Tuning
from ml.declarations.errors import DeclarationError
from ml.problems.learning import Ends, Params
from ml.problems.registry import problem_of
from ml.training import trials
from ml.training.learn import learn
from ml.training.learners import in_memory
from ml.training.trials import Kept, TooLargeError, on_workers
from ml.training.tuning import Batch, Candidate, FitAndScore, Search, one_by_one, search
from tests.ml.problems.made import BINARY, PERIOD, SPLIT, model, rows
from tests.ml.training.counting import counting

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FIRST: Params = {"x": 4.0, "y": 4.0}


def _suggest(trial: optuna.Trial) -> Params:
    return {"x": trial.suggest_float("x", -5, 5), "y": trial.suggest_float("y", -5, 5)}


def _valley(params: Params, _ends: Ends) -> tuple[float, Params]:
    return (params["x"] - 2) ** 2 + 3 * abs(params["y"] + 1), {"rounds": 7}


def _optuna_itself(seed: int, count: int) -> list[float]:
    """The losses of Optuna's own loop, in this process."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict(FIRST))
    study.optimize(lambda trial: _valley(_suggest(trial), lambda _: False)[0], n_trials=count)
    return [trial.value for trial in study.trials if trial.value is not None]


def _search(
    workers: int, seed: int = 1, count: int = 24, batch: Batch | None = None, after: int | None = None
) -> Search:
    tuning = Tuning(trials=count, workers=workers, prune_after=after)
    return search(tuning, seed, FIRST, _suggest, batch or one_by_one(_valley))


def test_one_worker_tries_what_optuna_tries_in_one_process() -> None:
    """The same trials in the same order, from the same seed."""
    assert [each.loss for each in _search(1).candidates] == _optuna_itself(1, 24)


def test_several_workers_find_about_as_good_a_best_as_one() -> None:
    """Over ten starts: the median of the best values is no worse by more than the spread of the single process's."""
    best = {workers: [_search(workers, seed).best.loss for seed in range(10)] for workers in (1, 4)}
    assert statistics.median(best[4]) <= statistics.median(best[1]) + statistics.stdev(best[1])


@pytest.mark.parametrize("killed_at", [0, 1, 9, 14])
def test_a_killed_search_goes_on_and_tries_no_finished_trial_again(tmp_path: Path, killed_at: int) -> None:
    """Every trial once over both runs, and the end is that of a search that was not killed."""
    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        _search(4, count=16, batch=counting(_valley, Kept(folder=tmp_path), seen, killed_at=killed_at))
    found = _search(4, count=16, batch=counting(_valley, Kept(folder=tmp_path), seen))
    assert seen == list(range(16))
    assert found == _search(4, count=16)


def test_what_another_search_has_kept_is_not_taken(tmp_path: Path) -> None:
    """The same number with other parameters is another trial; half a file is none."""
    kept = Kept(folder=tmp_path)
    done = Candidate(params={"x": 1.0}, loss=0.5, found={"rounds": 2}, curve=(0.7, 0.5), began_s=9.0)
    kept.write(3, done)
    (tmp_path / "trial-000004.123.part").write_text('{"par')
    assert kept.read(3, {"x": 1.0}) == Candidate(
        params={"x": 1.0}, loss=0.5, found={"rounds": 2}, curve=(0.7, 0.5), began_s=9.0
    )
    assert kept.read(3, {"x": 2.0}) is None
    assert kept.read(4, {"x": 1.0}) is None


def test_wrong_numbers_of_workers_are_refused() -> None:
    """None at all, and several where each trial takes all of Spark's workers already."""
    with pytest.raises(DeclarationError, match="workers is 0: give 1 or more"):
        Tuning(trials=1, workers=0)
    declared = model(BINARY, Algorithm.XGBOOST)
    with pytest.raises(DeclarationError, match=r"tuning.workers is 2, and spark_gbt fits each trial over all"):
        replace(declared, algorithms=(Algorithm.SPARK_GBT,), tuning=Tuning(trials=2, workers=2))


@pytest.mark.slow
def test_trials_on_sparks_workers_are_those_of_one_process(
    spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real learner, two at once: each trial has one file, and the process's own loss; too many rows are refused."""
    declared, problem, frame = model(BINARY, Algorithm.LIGHTGBM), problem_of(BINARY), rows(BINARY)
    before = frame[frame[PERIOD].isin(SPLIT.before_holdout)]
    tuning = Tuning(trials=4, workers=2)

    # As `runtime.spark()` has it in a task: Spark's workers cannot import this code.
    cloudpickle.register_pickle_by_value(ml)

    def together(name: str, fit_and_score: FitAndScore) -> Batch:
        return on_workers(spark, Kept(folder=tmp_path / name), fit_and_score)

    spread, here = (
        learn(in_memory.learners(declared, problem, before, period=PERIOD), problem, SPLIT, tuning, 1, together=how)
        for how in (together, None)
    )
    assert spread.searches == here.searches
    names = [f"trial-{number:06d}.json" for number in range(4)]
    assert sorted(each.name for each in (tmp_path / "lightgbm").iterdir()) == names
    monkeypatch.setattr(trials, "_MOST_BYTES", 1000)
    with pytest.raises(TooLargeError, match=r"set tuning\.workers to 1"):
        together("lightgbm", lambda params, _ends: (float(len(before)), params))
