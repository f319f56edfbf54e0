"""A fleet on Spark's workers: the fits are those of one process, whatever the lengths of the series."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml import runtime
from ml.problems.forecasting import backtest, spread
from ml.problems.forecasting.fitted import Floats
from ml.problems.forecasting.frequency import WEEKLY
from ml.problems.forecasting.parts import Parts, key
from ml.problems.forecasting.spread import dealt, fit_on_workers


@pytest.mark.fast
def test_a_long_series_has_a_task_of_its_own() -> None:
    """One of 10,000 steps among 99 of 100: the others share the other tasks, evenly and in full."""
    parts = dealt([100] * 50 + [10_000] + [100] * 49, tasks=4)
    assert [50] in parts
    assert sorted(len(part) for part in parts) == [1, 33, 33, 33]
    assert sorted(number for part in parts for number in part) == list(range(100))


@pytest.mark.fast
def test_tasks_have_about_equally_many_steps() -> None:
    """Lengths that double: no task has more than the mean and the longest together; equal input deals equally."""
    lengths = [int(each) for each in 10 * 1.5 ** np.arange(20)] * 10
    parts = dealt(lengths, tasks=8)
    steps = [sum(lengths[number] for number in part) for part in parts]
    assert max(steps) <= sum(steps) / 8 + max(lengths)
    assert max(steps) < 1.1 * min(steps)
    assert dealt(lengths, tasks=8) == parts


def _skewed() -> list[Floats]:
    """A long series, short ones, one too short for a backtest, one that never moves, one of mostly zeros."""
    random = np.random.default_rng(3)
    short = [50 + 5 * random.standard_normal(40) for _ in range(66)]
    others = [100 + np.cumsum(random.standard_normal(1_500)), np.array([3.0, 4.0, 5.0]), np.full(30, 7.0)]
    return [*short[:40], *others, *short[40:], random.poisson(0.3, 60).astype(float)]


def test_workers_fit_as_one_process_does(spark_remote: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each with its own candidates and origins; a series that cannot be judged falls back and says why.

    A rerun takes the fits of tasks with a file as they are, and fits the others. Several waves find the same.
    """
    monkeypatch.setenv("SPARK_REMOTE", spark_remote)
    values, frequency = _skewed(), replace(WEEKLY, candidates=("Naive", "SES", "Theta"), origins=2)
    fits = dict(fit_on_workers(runtime.spark(), values, 2, frequency, kept=tmp_path))
    assert sorted(fits) == list(range(len(values)))
    for number in range(38, len(values)):
        alone, fit = backtest.fit(values[number], 2, frequency), fits[number]
        assert (fit.origins, fit.names, fit.reasons) == (alone.origins, alone.names, alone.reasons)
        assert fit.forecasts == pytest.approx(alone.forecasts, nan_ok=True)
    assert fits[41].reasons == ("3 steps are too few for a backtest of 2: the last is repeated",)
    assert fits[42].reasons == ("every value is the same: the last one is repeated",)
    assert fits[40].names == fits[0].names != fits[len(values) - 1].names
    first, second = dealt([len(each) for each in values], tasks=2)
    names = [key([values[number] for number in part], 2, frequency) for part in (first, second)]
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.npz" for name in names}
    Parts(tmp_path).write(names[0], [replace(fits[number], reasons=("kept",)) for number in first])
    (tmp_path / f"{names[1]}.npz").unlink()
    again = dict(fit_on_workers(runtime.spark(), values, 2, frequency, kept=tmp_path))
    assert {number for number, fit in again.items() if fit.reasons == ("kept",)} == set(first)
    for number in second:
        assert np.array_equal(again[number].forecasts, fits[number].forecasts, equal_nan=True)
    monkeypatch.setattr(spread, "_STEPS_A_WAVE", 2_500)
    waves = list(fit_on_workers(runtime.spark(), values, 2, frequency))
    assert [number % 2 for number, _ in waves] == [0] * 35 + [1] * 35
    for number, fit in waves:
        assert np.array_equal(fit.forecasts, fits[number].forecasts, equal_nan=True)
