"""Fitting all series in chunks on every core; finished chunks are kept."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting import backtest
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import POOLED, TREES, Frequency
from ml.problems.forecasting.parts import Parts, key
from ml.problems.forecasting.pooled import pooled
from ml.problems.forecasting.trees import LEAST_SERIES, trees

Floats = npt.NDArray[np.float64]
# Series that one worker fits before it reports.
CHUNK = 4
# How often a worker checks that its parent process is alive.
_ORPHAN_CHECK_S = 1.0
Progress = Callable[[int, int], None]
OverAll = Callable[[Sequence[Floats], int, Frequency], Floats]


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fit_all(
    values: Sequence[Floats], horizon: int, frequency: Frequency, *, parts: Parts, workers: int, progress: Progress
) -> list[Fitted]:
    """The fits of every series in order, including the models over all series. `progress` receives done and total."""
    chunks = [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]
    names = [key(chunk, horizon, frequency) for chunk in chunks]
    found = {index: fits for index, name in enumerate(names) if (fits := parts.read(name)) is not None}
    missing = [index for index in range(len(chunks)) if index not in found]
    done = sum(len(chunks[index]) for index in found)
    progress(done, len(values))
    for index, fits in _fitted([(index, chunks[index]) for index in missing], horizon, frequency, workers):
        parts.write(names[index], fits)
        found[index] = fits
        done += len(fits)
        progress(done, len(values))
    fits = [each for index in range(len(chunks)) for each in found[index]]
    for name, model in ((POOLED, pooled), (TREES, trees)):
        if name in frequency.candidates:
            fits = _with(name, model, values, fits, horizon=horizon, frequency=frequency, parts=parts)
    return fits


def _fitted(
    chunks: Sequence[tuple[int, Sequence[Floats]]], horizon: int, frequency: Frequency, workers: int
) -> Iterator[tuple[int, list[Fitted]]]:
    """Yields each chunk as soon as it is fitted; a single worker runs in this process."""
    if workers == 1 or len(chunks) < 2:
        yield from ((index, fit_chunk(chunk, horizon, frequency)) for index, chunk in chunks)
        return
    with ProcessPoolExecutor(min(workers, len(chunks)), initializer=_end_with, initargs=(os.getpid(),)) as pool:
        asked = {pool.submit(fit_chunk, chunk, horizon, frequency): index for index, chunk in chunks}
        for ready in as_completed(asked):
            yield asked[ready], ready.result()


def fit_chunk(chunk: Sequence[Floats], horizon: int, frequency: Frequency) -> list[Fitted]:
    """The fits of a few series, in a worker."""
    return [backtest.fit(values, horizon, frequency) for values in chunk]


def _end_with(parent: int) -> None:
    """End the worker if its parent was killed, instead of waiting for work forever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _with(
    name: str,
    model: OverAll,
    values: Sequence[Floats],
    fits: Sequence[Fitted],
    *,
    horizon: int,
    frequency: Frequency,
    parts: Parts,
) -> list[Fitted]:
    """The same fits with one more candidate, if there is a backtest and if there are enough series to learn from."""
    able = [index for index, fit in enumerate(fits) if len(fit.origins) > 1 and len(fit.names) > 1]
    if len(able) < LEAST_SERIES:
        return list(fits)
    own, theirs = [values[index] for index in able], [fits[index] for index in able]
    named = key(own, horizon, replace(frequency, name=f"{frequency.name}-{name}"))
    held = parts.read(named)
    if held is None:
        forecasts = _over_all(model, own, theirs, horizon, frequency)
        held = [
            Fitted(origins=fit.origins, names=(name,), forecasts=each, reasons=())
            for fit, each in zip(theirs, forecasts, strict=True)
        ]
        parts.write(named, held)
    joined = list(fits)
    for index, more in zip(able, held, strict=True):
        fit = fits[index]
        joined[index] = replace(
            fit, names=(*fit.names, name), forecasts=np.concatenate([fit.forecasts, more.forecasts])
        )
    return joined


def _over_all(
    model: OverAll, values: Sequence[Floats], fits: Sequence[Fitted], horizon: int, frequency: Frequency
) -> list[Floats]:
    """Per series shape (1, origins, horizon). An origin, counted from the end, is fitted on all series that have it."""
    found = [np.full((1, len(fit.origins), horizon), np.nan) for fit in fits]
    for back in range(1, max(len(fit.origins) for fit in fits) + 1):
        able = [index for index, fit in enumerate(fits) if len(fit.origins) >= back]
        if len(able) < LEAST_SERIES:
            continue
        histories = [values[index][: fits[index].origins[-back]] for index in able]
        for index, history, ahead in zip(able, histories, model(histories, horizon, frequency), strict=True):
            # A diverged forecast stays NaN: that series has the other candidates.
            with suppress(ValueError):
                found[index][0, -back] = backtest.kept_near(ahead, history, frequency)
    return found
