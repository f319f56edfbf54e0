"""The fits of a fleet on Spark's workers, as `fleet.fit_all` has them in processes of one machine.

Tasks get about equally many steps, so that series of very different lengths do not stall the last one. What fails on a
series is a reason of its fit, and the others go on. A worker imports only what fits one series.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from heapq import heappop, heappush
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyspark.sql import Row, SparkSession

from ml.problems.forecasting.backtest import Known, fit_chunk
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import Frequency
from ml.problems.forecasting.parts import Parts, key

Floats = npt.NDArray[np.float64]
# About a second of work, beside which a task's own cost (0.1 s of CPU time) is small.
_SERIES_A_TASK = 64
# Series with more steps in all are sent in several waves: Spark's client holds ten copies of what it sends.
_STEPS_A_WAVE = 400_000
_FOUND = "number bigint, origins array<bigint>, names array<string>, forecasts array<double>, reasons array<string>"


def dealt(lengths: Sequence[int], tasks: int) -> list[list[int]]:
    """The numbers of the series of each task: longest first, each to the task with the fewest steps so far.

    So no task has more steps than the mean and the longest series together. Source: Graham 1969, "Bounds on
    Multiprocessing Timing Anomalies".
    """
    free = [(0, task) for task in range(tasks)]
    found: list[list[int]] = [[] for _ in range(tasks)]
    for number in sorted(range(len(lengths)), key=lambda each: (-lengths[each], each)):
        steps, task = heappop(free)
        found[task].append(number)
        heappush(free, (steps + lengths[number], task))
    return found


def fit_on_workers(
    spark: SparkSession,
    values: Sequence[Floats],
    horizon: int,
    frequency: Frequency,
    *,
    known: Known | None = None,
    most_tasks: int = 32,
    kept: Path | None = None,
) -> Iterator[tuple[int, Fitted]]:
    """Each series' position in `values` and its fit by the candidates that need one series alone, task by task.

    The fits are read as they arrive, and no more than 400,000 steps are sent at once, so that the caller's memory does
    not grow with the number of series.

    `known`: in the order of `values`, as `Series.known`.
    `most_tasks`: a few for each core of the workers, in each wave. Each costs 0.1 s of CPU time.
    `kept`: a folder that all workers share, such as a volume's, in which each task keeps its fits. After a kill, only
    tasks without a file fit anew. The caller removes it.
    """

    def fitted(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        # Between tasks a worker looks for garbage among all that the libraries made, which takes as long as four fits.
        if not gc.get_freeze_count():
            gc.freeze()
        for batch in batches:
            tasks = zip(batch["key"], batch["numbers"], batch["values"], batch["known"], strict=True)
            for name, numbers, sent, columns in tasks:
                series = [np.asarray(each, dtype=float) for each in sent]
                theirs = [_columns(each, len(own) + horizon) for each, own in zip(columns, series, strict=True)]
                made = partial(fit_chunk, series, horizon, frequency, theirs)
                yield _table(numbers, _kept(made, kept, name))

    given = list(known or [None] * len(values))
    sent = sum(len(own) + (0 if theirs is None else theirs.size) for own, theirs in zip(values, given, strict=True))
    waves = min(len(values), -(-sent // _STEPS_A_WAVE))
    for wave in range(waves):
        parts = _parts(values, range(wave, len(values), waves), most_tasks)
        asked = spark.createDataFrame(_asked(parts, values, given, horizon, frequency)).repartition(len(parts))
        for row in asked.mapInPandas(fitted, _FOUND).toLocalIterator():
            yield row["number"], _fit(horizon, row)


def _parts(values: Sequence[Floats], numbers: Sequence[int], most_tasks: int) -> list[list[int]]:
    """The numbers of the series of each task."""
    tasks = min(most_tasks, -(-len(numbers) // _SERIES_A_TASK))
    return [[numbers[at] for at in part] for part in dealt([len(values[number]) for number in numbers], tasks)]


def _asked(
    parts: Sequence[Sequence[int]], values: Sequence[Floats], known: Known, horizon: int, frequency: Frequency
) -> pa.Table:
    """One row per task: the key of its fits, the numbers of its series, their values and their known columns."""
    ordered = [number for part in parts for number in part]
    ends = _ends([len(part) for part in parts])
    columns = [np.empty(0) if (own := known[number]) is None else own.ravel() for number in ordered]
    named = [([values[number] for number in part], [known[number] for number in part]) for part in parts]
    return pa.table(
        {
            "key": [key(own, horizon, frequency, theirs) for own, theirs in named],
            "numbers": pa.ListArray.from_arrays(ends, np.concatenate(parts).astype(np.int64)),
            "values": pa.ListArray.from_arrays(ends, _lists([values[number] for number in ordered])),
            "known": pa.ListArray.from_arrays(ends, _lists(columns)),
        }
    )


def _lists(given: Sequence[Floats]) -> pa.ListArray:
    return pa.ListArray.from_arrays(_ends([len(each) for each in given]), np.concatenate(given))


def _columns(sent: Floats, steps: int) -> Floats | None:
    """Shape (steps, columns) of what was sent row by row; None of nothing."""
    return np.asarray(sent, dtype=float).reshape(steps, -1) if len(sent) else None


def _ends(lengths: Sequence[int]) -> npt.NDArray[np.int32]:
    """The offsets of lists of these lengths in one array."""
    return np.cumsum([0, *lengths]).astype(np.int32)


def _kept(made: Callable[[], list[Fitted]], kept: Path | None, name: str) -> Sequence[Fitted]:
    """The kept fits of a task, or new ones, which are kept."""
    parts = Parts(kept) if kept is not None else None
    held = parts.read(name) if parts is not None else None
    if held is not None:
        return held
    fits = made()
    if parts is not None:
        parts.write(name, fits)
    return fits


def _table(numbers: Sequence[int], fits: Sequence[Fitted]) -> pd.DataFrame:
    """One row per series: its number and its fit, the forecasts in sequence."""
    return pd.DataFrame(
        {
            "number": numbers,
            "origins": [list(fit.origins) for fit in fits],
            "names": [list(fit.names) for fit in fits],
            "forecasts": [fit.forecasts.ravel() for fit in fits],
            "reasons": [list(fit.reasons) for fit in fits],
        }
    )


def _fit(horizon: int, row: Row) -> Fitted:
    return Fitted(
        origins=tuple(row["origins"]),
        names=tuple(row["names"]),
        forecasts=np.asarray(row["forecasts"], dtype=float).reshape(len(row["names"]), len(row["origins"]), horizon),
        reasons=tuple(row["reasons"]),
    )
