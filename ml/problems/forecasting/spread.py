"""The fits of a fleet on Spark's workers, as `fleet.fit_all` has them in processes of one machine.

Tasks get about equally many steps, so that series of very different lengths do not stall the last one. What fails on a
series is a reason of its fit, and the others go on. A worker imports only what fits one series.
"""

import gc
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import SparkSession

from ml.problems.forecasting import backtest
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import Frequency

Floats = npt.NDArray[np.float64]
# About a second of work, beside which a task's own cost (0.1 s of CPU time) is small.
_SERIES_A_TASK = 64
_GIVEN = "numbers array<bigint>, values array<array<double>>"
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
    spark: SparkSession, values: Sequence[Floats], horizon: int, frequency: Frequency, *, most_tasks: int = 32
) -> list[Fitted]:
    """The fits of every series, in order, by the candidates that need one series alone.

    `most_tasks`: a few for each core of the workers. Each costs 0.1 s of CPU time.
    """
    tasks = max(1, min(most_tasks, -(-len(values) // _SERIES_A_TASK)))
    parts = dealt([len(each) for each in values], tasks)
    rows = pd.DataFrame({"numbers": parts, "values": [[values[at].tolist() for at in part] for part in parts]})

    def fitted(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        # Between tasks a worker looks for garbage among all that the libraries made, which takes as long as four fits.
        if not gc.get_freeze_count():
            gc.freeze()
        for batch in batches:
            for numbers, given in zip(batch["numbers"], batch["values"], strict=True):
                yield _fitted(numbers, given, horizon, frequency)

    found = spark.createDataFrame(rows, _GIVEN).repartition(tasks).mapInPandas(fitted, _FOUND).toPandas()
    ordered = found.sort_values("number").drop(columns="number")
    columns = (ordered[name] for name in ("origins", "names", "forecasts", "reasons"))
    return [_fit(horizon, *fit) for fit in zip(*columns, strict=True)]


def _fitted(numbers: Sequence[int], values: Sequence[Floats], horizon: int, frequency: Frequency) -> pd.DataFrame:
    """One row per series: its number and its fit, the forecasts in sequence."""
    fits = [backtest.fit(np.asarray(each, dtype=float), horizon, frequency) for each in values]
    return pd.DataFrame(
        {
            "number": numbers,
            "origins": [list(fit.origins) for fit in fits],
            "names": [list(fit.names) for fit in fits],
            "forecasts": [fit.forecasts.ravel() for fit in fits],
            "reasons": [list(fit.reasons) for fit in fits],
        }
    )


def _fit(
    horizon: int, origins: Sequence[int], names: Sequence[str], forecasts: Floats, reasons: Sequence[str]
) -> Fitted:
    return Fitted(
        origins=tuple(int(origin) for origin in origins),
        names=tuple(names),
        forecasts=np.asarray(forecasts, dtype=float).reshape(len(names), len(origins), horizon),
        reasons=tuple(reasons),
    )
