"""`python -m bench.monitoring`: the cost of monitoring 1 and 10 million rows, against one pass over all columns.

A period of synthetic credit applications, 25 features each, is in Parquet files with its predictions and outcomes. A
pass sums every number column of the features, or of all three tables, and counts the nulls of every column; monitoring
counts, checks and samples all three tables and measures the sample. All run in the same way (Spark Connect), in turn,
in one process for each number of rows, whose peak memory is the driver's. Joint drift is timed separately. Other
numbers are arguments: `python -m bench.monitoring 1000000`.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from bench.page import rewrite
from bench.processes import run
from bench.synthesis import table
from localcloud.spark.server import SparkServer
from localcloud.spark.tuning import DATA_VARIABLE, DataSize
from ml import runtime
from ml.declarations import JointDrift
from ml.evaluation.joint import joint
from ml.monitoring.measure import measure_periods, plan
from ml.monitoring.period_fingerprints import Sources
from ml.monitoring.rows import see
from ml.monitoring.window import LABEL, Expectation, expectation
from ml.parameters import Common
from ml.usecases import use_case

TITLE = "## Monitoring"
SIZES, FEATURES, _ROUNDS = (1_000_000, 10_000_000), 25, 5
# Target: the ratio to one pass over all three tables.
_TIMES = 1.5
_CASE = use_case("credit")
_WHOLE = _CASE.models[0]
MODEL = replace(_WHOLE, features=_WHOLE.features[:FEATURES], fairness_groups=())
TASK = Common(use_case=replace(_CASE, models=(MODEL,)), catalog="prod", run_id="bench")
PERIOD, BEFORE = date(2024, 6, 1), date(2024, 1, 1)


def make(folder: Path, rows: int) -> None:
    """The period's three tables, and 20,000 earlier rows; Spark computes the values from the row's number."""
    spark = runtime.spark()
    for name, count, day in (("features", rows, PERIOD), ("before", 20_000, BEFORE)):
        numbers = spark.range(count).withColumn("application_month", F.lit(day))
        values = [F.rand(place).alias(each) for place, each in enumerate(MODEL.features)]
        numbers.select(F.col("id").alias("client_id"), "application_month", *values).write.parquet(str(folder / name))
    keys = spark.read.parquet(str(folder / "features")).select("client_id", "application_month")
    scored = keys.withColumn("model_version", F.lit(1)).withColumn("probability", F.rand(1))
    scored.write.parquet(str(folder / "predictions"))
    known = keys.withColumn("known_month", F.lit(date(2024, 6, 30))).withColumn(
        "defaulted", (F.rand(2) < 0.2).cast("int")
    )
    known.write.parquet(str(folder / "outcomes"))


def features_pass(folder: Path) -> float:
    """Sum every feature and count its nulls; seconds."""
    rows = runtime.spark().read.parquet(str(folder / "features"))
    began = time.monotonic()
    _summed(rows.select(*MODEL.features)).collect()
    return time.monotonic() - began


def tables_pass(folder: Path) -> float:
    """Sum every number column of all three tables and count the nulls of every column, in one query; seconds."""
    spark = runtime.spark()
    tables = [spark.read.parquet(str(folder / name)) for name in ("features", "predictions", "outcomes")]
    began = time.monotonic()
    reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), map(_summed, tables)).collect()
    return time.monotonic() - began


def _summed(rows: DataFrame) -> DataFrame:
    numbers = [name for name, kind in rows.dtypes if kind in ("int", "bigint", "double")]
    return rows.agg(
        *(F.sum(name).alias(f"sum of {name}") for name in numbers),
        *(F.count_if(F.col(name).isNull()).alias(f"nulls of {name}") for name in rows.columns),
    )


def monitored(folder: Path) -> dict[str, float]:
    """Monitor the period; seconds, by part."""
    spark, before = runtime.spark(), _before(folder)
    features, scored, outcomes = (
        spark.read.parquet(str(folder / name)) for name in ("features", "predictions", "outcomes")
    )
    sources = Sources(
        calendar=TASK.judging,
        features=features,
        predictions=scored,
        outcomes=outcomes,
        quarantine=None,
        has_feed=False,
    )
    began = time.monotonic()
    seen = see(TASK, sources, ())
    read = time.monotonic()
    periods = plan(seen.states, 1, {}, TASK.judging, MODEL.monitoring.labels_due_periods)
    found = measure_periods(TASK, sources, seen, periods, {1: before})
    ended = time.monotonic()
    return {"read": read - began, "measure": ended - read, "metrics": len(found), "joint": _joint(before)}


def _joint(before: Expectation) -> float:
    """Seconds to distinguish the declared number of rows from as many others."""
    rows = JointDrift().rows
    values = {name: pd.Series(before.columns[name].ordered).sample(2 * rows, random_state=1) for name in MODEL.features}
    frame = pd.DataFrame({name: each.to_numpy() for name, each in values.items()})
    began = time.monotonic()
    joint(frame[:rows], frame[rows:])
    return time.monotonic() - began


def _before(folder: Path) -> Expectation:
    """The version's reference: not part of the timed run, because it is prepared once per version."""
    frame = pd.read_parquet(folder / "before")
    random = frame["client_id"] % 10 / 10 + 0.05
    scored = frame.assign(probability=random, **{LABEL: (frame["client_id"] % 5 == 0).astype(float)})
    sizes = pd.Series([len(frame)], index=[BEFORE])
    return expectation(MODEL, model_version=1, fitted=scored, holdout=scored, rows_by_period=sizes, described="made up")


def once(rows: int, folder: Path) -> None:
    """Create the tables and measure, in turn, in this process, and print the medians with its peak memory."""
    make(folder, rows)
    rounds = [
        {"features": features_pass(folder), "tables": tables_pass(folder), **monitored(folder)} for _ in range(_ROUNDS)
    ]
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    print(json.dumps({**medians, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measured(rows: int, folder: Path) -> Mapping[str, float]:
    """The figures of one size, from a separate process."""
    printed = run([sys.executable, "-m", "bench.monitoring", "--once", str(rows), str(folder)])
    found: dict[str, float] = json.loads(printed.splitlines()[-1])
    print(rows, found, flush=True)
    return found


def section(sizes: Sequence[int]) -> list[str]:
    """Measure all sizes."""
    found = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ[DATA_VARIABLE] = DataSize.LARGE
        server = SparkServer(Path(home) / "spark")
        os.environ["SPARK_REMOTE"] = server.start()
        try:
            for rows in sizes:
                found[rows] = measured(rows, Path(home) / str(rows))
        finally:
            server.stop()
    return _written(found)


def _written(found: Mapping[int, Mapping[str, float]]) -> list[str]:
    ours = {rows: each["read"] + each["measure"] for rows, each in found.items()}
    listed = [
        (
            f"{rows:,}",
            *(f"{each[name]:.1f} s" for name in ("features", "tables", "read", "measure")),
            f"{ours[rows] / each['features']:.2f}",
            f"{ours[rows] / each['tables']:.2f}",
            f"{each['peak_mib']:.0f} MiB",
        )
        for rows, each in found.items()
    ]
    return [
        TITLE,
        f"`python -m bench.monitoring`: one period of {FEATURES} features with predictions and outcomes, in Parquet; "
        f"all in turn over Spark Connect, on a server that is set for large data, the median of {_ROUNDS}. "
        "A pass sums every number column and counts the nulls of every column, of the features alone or of all three "
        "tables; monitoring counts, checks and samples all three tables, then measures the sample, of at most "
        f"{MODEL.monitoring.max_rows_per_period:,} rows. Limit at 10 million rows: {_TIMES} times the pass over all "
        f"tables. The driver's memory is that of the task's process. On {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.0f} before it ended.",
        f"Joint drift, which is declared separately, takes {max(each['joint'] for each in found.values()):.1f} s for "
        f"{JointDrift().rows:,} rows of each.",
        *table(
            (
                "rows",
                "pass over the features",
                "pass over all tables",
                "reading",
                "measuring",
                "times the features' pass",
                "times the tables' pass",
                "driver's peak memory",
            ),
            listed,
        ),
        "",
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure and write; `--once` is the separate process of one size."""
    match list(arguments):
        case ["--once", rows, folder]:
            once(int(rows), Path(folder))
        case sizes:
            rewrite(section([int(each) for each in sizes] or SIZES))


if __name__ == "__main__":
    main(sys.argv[1:])
