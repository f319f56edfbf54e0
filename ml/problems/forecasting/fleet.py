"""Fitting all series in chunks on every core; finished chunks are kept."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting import backtest
from ml.problems.forecasting.backtest import KNOWN, Known, fit_chunk
from ml.problems.forecasting.effects import explained
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
    values: Sequence[Floats],
    horizon: int,
    frequency: Frequency,
    *,
    parts: Parts,
    workers: int,
    progress: Progress,
    known: Known | None = None,
) -> list[Fitted]:
    """The fits of every series in order, including the models over all series. `progress` receives done and total."""
    given = list(known or [None] * len(values))
    starts = range(0, len(values), CHUNK)
    chunks = [(values[start : start + CHUNK], given[start : start + CHUNK]) for start in starts]
    names = [key(own, horizon, frequency, theirs) for own, theirs in chunks]
    found = {index: fits for index, name in enumerate(names) if (fits := parts.read(name)) is not None}
    missing = [index for index in range(len(chunks)) if index not in found]
    done = sum(len(chunks[index][0]) for index in found)
    progress(done, len(values))
    for index, fits in _fitted([(index, *chunks[index]) for index in missing], horizon, frequency, workers):
        parts.write(names[index], fits)
        found[index] = fits
        done += len(fits)
        progress(done, len(values))
    fits = [each for index in range(len(chunks)) for each in found[index]]
    for name, model in ((POOLED, pooled), (TREES, trees)):
        if name in frequency.candidates:
            asked: dict[str, Any] = {"horizon": horizon, "frequency": frequency, "parts": parts}
            fits = _with(name, model, values, fits, known=[None] * len(values), **asked)
            if known is not None:
                fits = _with(name + KNOWN, model, values, fits, known=known, **asked)
    return fits


def _fitted(
    chunks: Sequence[tuple[int, Sequence[Floats], Known]], horizon: int, frequency: Frequency, workers: int
) -> Iterator[tuple[int, list[Fitted]]]:
    """Yields each chunk as soon as it is fitted; a single worker runs in this process."""
    if workers == 1 or len(chunks) < 2:
        yield from ((index, fit_chunk(chunk, horizon, frequency, known)) for index, chunk, known in chunks)
        return
    with ProcessPoolExecutor(min(workers, len(chunks)), initializer=_end_with, initargs=(os.getpid(),)) as pool:
        asked = {pool.submit(fit_chunk, chunk, horizon, frequency, known): index for index, chunk, known in chunks}
        for ready in as_completed(asked):
            yield asked[ready], ready.result()


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
    known: Known,
    horizon: int,
    frequency: Frequency,
    parts: Parts,
) -> list[Fitted]:
    """The same fits with one more candidate, if there is a backtest and if there are enough series to learn from.

    A candidate with known columns is one of the series that have them.
    """
    able = [
        index
        for index, fit in enumerate(fits)
        if len(fit.origins) > 1 and len(fit.names) > 1 and not (name.endswith(KNOWN) and known[index] is None)
    ]
    if len(able) < LEAST_SERIES:
        return list(fits)
    own, theirs, given = [values[at] for at in able], [fits[at] for at in able], [known[at] for at in able]
    named = key(own, horizon, replace(frequency, name=f"{frequency.name}-{name}"), given)
    held = parts.read(named)
    if held is None:
        forecasts = _over_all(model, own, theirs, known=given, horizon=horizon, frequency=frequency)
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
    model: OverAll,
    values: Sequence[Floats],
    fits: Sequence[Fitted],
    *,
    known: Known,
    horizon: int,
    frequency: Frequency,
) -> list[Floats]:
    """Per series shape (1, origins, horizon). An origin, counted from the end, is fitted on all series that have it."""
    found = [np.full((1, len(fit.origins), horizon), np.nan) for fit in fits]
    for back in range(1, max(len(fit.origins) for fit in fits) + 1):
        able = [index for index, fit in enumerate(fits) if len(fit.origins) >= back]
        if len(able) < LEAST_SERIES:
            continue
        histories = [values[index][: fits[index].origins[-back]] for index in able]
        given = zip(histories, (known[index] for index in able), strict=True)
        effects = [_effect(history, own, horizon, frequency) for history, own in given]
        rest = [history - effect[: len(history)] for history, effect in zip(histories, effects, strict=True)]
        answers = zip(able, histories, effects, model(rest, horizon, frequency), strict=True)
        for index, history, effect, ahead in answers:
            # A diverged forecast stays NaN: that series has the other candidates.
            with suppress(ValueError):
                whole = ahead + effect[len(history) :]
                found[index][0, -back] = backtest.kept_near(whole, history, frequency)
    return found


def _effect(history: Floats, known: Floats | None, horizon: int, frequency: Frequency) -> Floats:
    ends = len(history) + horizon
    return np.zeros(ends) if known is None else explained(history, known[:ends], frequency)
