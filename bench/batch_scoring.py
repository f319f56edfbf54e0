"""`python -m bench.batch_scoring`: scoring 600,000 rows on Spark's workers, compared with `mlflow.pyfunc.spark_udf`.

Both score the same Parquet files with the same version, in turn, each in its own process, and write nothing. They
differ in how the model reaches the workers and how it is called. MLflow's way is measured with default settings, and
with larger batches. The breakdown shows Spark's reading of the columns, the model itself, and loading it in a fresh
process, which each worker does. The number of rows is an argument: `python -m bench.batch_scoring 60000`.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from bench import credit_model
from bench.page import rewrite
from bench.processes import run
from bench.synthesis import table
from localcloud.spark.server import SparkServer
from localcloud.spark.tuning import DATA_VARIABLE, DataSize
from ml import runtime
from ml.scoring import model_on_workers
from ml.usecases import use_case
from ml.versions import contract

TITLE = "## Batch scoring"
ROWS, _FEATURES, _ROUNDS, _SEED = 600_000, 23, 3, 7
_FITTED, _FILES = 5_000, 8
# Rows per batch that Spark passes to a worker: our setting, and the setting for MLflow's way.
_BATCH, _TUNED_BATCH = 10_000, 100_000
_BATCH_SETTING = "spark.sql.execution.arrow.maxRecordsPerBatch"
# Target: the ratio of rows per second to MLflow's.
_TIMES = 2
_WHOLE = use_case("credit").models[0]
MODEL = replace(_WHOLE, features=_WHOLE.features[:_FEATURES], fairness_groups=())


def make(folder: Path, rows: int) -> None:
    """The version, and the rows in several Parquet files."""
    generator = np.random.default_rng(_SEED)
    matrix = credit_model.clients(MODEL, max(rows, _FITTED), generator)
    credit_model.raw_model(folder / "raw", MODEL, matrix[:_FITTED], generator)
    frame = pd.DataFrame(matrix[:rows], columns=list(MODEL.features)).astype(contract.pandas_types(MODEL))
    (folder / "rows").mkdir()
    for part, some in enumerate(np.array_split(np.arange(rows), _FILES)):
        frame.iloc[some].to_parquet(folder / "rows" / f"{part}.parquet", index=False)


def ours(rows: DataFrame, folder: Path) -> DataFrame:
    """As the workers of the task `scoring` predict."""
    packed = model_on_workers.packed(str(folder / "raw"))
    return model_on_workers.with_answers(rows, packed, contract.pandas_types(MODEL), MODEL.problem.output)


def theirs(rows: DataFrame, folder: Path) -> DataFrame:
    """As MLflow's documentation shows it."""
    output = MODEL.problem.output[0]
    udf = mlflow.pyfunc.spark_udf(
        rows.sparkSession, str(folder / "raw"), result_type=f"{output.name} {output.type}", env_manager="local"
    )
    return rows.withColumn("_answer", udf(F.struct(*MODEL.features))).select("*", "_answer.*").drop("_answer")


def tuned(rows: DataFrame, folder: Path) -> DataFrame:
    """The same in fewer, larger batches."""
    rows.sparkSession.conf.set(_BATCH_SETTING, str(_TUNED_BATCH))
    return theirs(rows, folder)


def read(rows: DataFrame, _: Path) -> DataFrame:
    """Without a model: Spark reads every column into rows."""
    return rows.select(sum((F.col(name) for name in MODEL.features), F.lit(0.0)).alias(MODEL.problem.output[0].name))


def asked(folder: Path) -> float:
    """The model's CPU seconds for all rows, in memory and without Spark."""
    model = mlflow.pyfunc.load_model(str(folder / "raw")).unwrap_python_model()
    matrix = pd.read_parquet(folder / "rows", columns=list(model.features)).to_numpy(np.float64)
    started = time.process_time()
    for start in range(0, len(matrix), _BATCH):
        model.predict_matrix(matrix[start : start + _BATCH])
    return time.process_time() - started


OURS, THEIRS, TUNED = "task `scoring`", "`mlflow.pyfunc.spark_udf`", "`mlflow.pyfunc.spark_udf`, larger batches"
READ, ASKED = "Spark reads the columns, no model", "the model alone, rows in memory, processor time"
WAYS: Mapping[str, Callable[[DataFrame, Path], DataFrame]] = {OURS: ours, THEIRS: theirs, TUNED: tuned}
# A fresh process loads the version in the given folder, and prints the CPU time of that.
LOADS = {
    "a worker of `scoring` loads the version, processor time": (
        "import sys; from pathlib import Path; from ml.scoring.on_worker import loaded; "
        "loaded(Path(sys.argv[1], 'packed').read_bytes(), sys.argv[2:])"
    ),
    "MLflow loads it, processor time": (
        "import sys, mlflow; from pathlib import Path; "
        "mlflow.pyfunc.load_model(str(Path(sys.argv[1], 'raw'))).unwrap_python_model()"
    ),
}


def loads(folder: Path) -> dict[str, float]:
    """The CPU seconds in which a fresh process loads the version, each way."""
    (folder / "packed").write_bytes(model_on_workers.packed(str(folder / "raw")))
    timed = "import time; print(time.process_time())"
    command = [str(folder), *MODEL.features]
    return {
        way: statistics.median(
            float(run([sys.executable, "-c", f"{code}; {timed}", *command]).splitlines()[-1]) for _ in range(_ROUNDS)
        )
        for way, code in LOADS.items()
    }


def once(way: str, folder: Path) -> None:
    """Score all rows in this process; print the seconds, and the sum of the predictions to compare the ways."""
    rows = runtime.spark().read.parquet(str(folder / "rows"))
    started = time.monotonic()
    answer = {**WAYS, READ: read}[way](rows, folder).agg(F.sum(MODEL.problem.output[0].name), F.count("*")).collect()[0]
    print(json.dumps({"s": time.monotonic() - started, "sum": round(answer[0], 3), "rows": answer[1]}))


def section(rows: int) -> list[str]:
    """Measure both ways in turn, and report. Raises RuntimeError if their predictions differ."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        make(folder, rows)
        os.environ[DATA_VARIABLE] = DataSize.LARGE
        server = SparkServer(folder / "spark")
        os.environ["SPARK_REMOTE"] = server.start()
        try:
            rounds = [{way: _measured(way, folder) for way in (*WAYS, READ)} for _ in range(_ROUNDS)]
        finally:
            server.stop()
        alone = {ASKED: asked(folder), **loads(folder)}
    said = {(each[way]["sum"], each[way]["rows"]) for each in rounds for way in WAYS}
    if len(said) != 1:
        raise RuntimeError(f"the ways answer {sorted(said)}")
    middle = {way: statistics.median(each[way]["s"] for each in rounds) for way in (*WAYS, READ)}
    return _written(rows, {**middle, **alone})


def _measured(way: str, folder: Path) -> dict[str, float]:
    printed = run([sys.executable, "-m", "bench.batch_scoring", "--once", way, str(folder)])
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    print(f"{way}: {figures['s']:.1f} s", flush=True)
    return figures


def _written(rows: int, seconds: Mapping[str, float]) -> list[str]:
    times = {way: seconds[way] / seconds[OURS] for way in (THEIRS, TUNED)}
    return [
        TITLE,
        f"`python -m bench.batch_scoring`: {rows:,} rows of {_FEATURES} features in {_FILES} Parquet files, 200 trees; "
        f"fresh processes in turn, the median of {_ROUNDS}. All give the same answers, which are summed and not "
        "written. The time begins with reading the version and ends with the sum. Spark is set for large tables. On "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} before it ended.",
        *table(
            ("", "seconds", "rows a second"),
            [(way, f"{one:.1f}", "" if way in LOADS else f"{rows / one:,.0f}") for way, one in seconds.items()],
        ),
        f"{times[THEIRS]:.1f} times as fast as MLflow's way (wanted: {_TIMES}), {times[TUNED]:.1f} times as fast as in "
        f"batches of {_TUNED_BATCH:,} rows. Each worker, one a core, loads the version before it answers its first "
        "row. Why workers do not read the files: [ADR 41](adr/0041-workers-are-given-rows-not-files.md).",
        "",
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure and write, or score once (`--once WAY FOLDER`)."""
    if arguments[:1] == ["--once"]:
        once(arguments[1], Path(arguments[2]))
        return
    rewrite(section(int(arguments[0]) if arguments else ROWS))


if __name__ == "__main__":
    main(sys.argv[1:])
