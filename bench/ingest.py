"""`python -m bench.ingest`: the cost of 1,000 new rows on histories of 50 thousand, 500 thousand and 5 million rows.

The tasks `bronze` and `silver` run as in a job, each run in its own process, on the local cloud's Spark server and
tables in a folder. Sizes are arguments: `python -m bench.ingest 50000 500000`.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from pyspark.sql import functions as F  # noqa: N812

from bench.page import rewrite
from bench.processes import run
from bench.synthesis import table
from localcloud.spark.server import SparkServer
from localcloud.spark.tuning import DATA_VARIABLE, DataSize
from ml import runtime
from ml.ingest import bronze, silver
from ml.tables import Tables
from ml.usecases import use_case
from tests.ml.folder_backend import FolderBackend

SIZES = (50_000, 500_000, 5_000_000)
NEW_ROWS = 1_000
_FEED = use_case("credit").feeds[1]
_SILVER = _FEED.silver.full_name("bench", "credit")
_FILES = 10


def deliver(root: Path, month: str, first: int, rows: int) -> None:
    """Write a file of `rows` labels from client `first` on."""
    folder = root / "bench" / "credit_bronze" / "landing" / _FEED.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{month}.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(_FEED.raw_columns) + "\n")
        file.writelines(f"{client},{client % 5 == 0:d}\n" for client in range(first, first + rows))


def ingest(root: Path, run_id: str) -> None:
    """Run both tasks in this process; print the seconds of each, peak memory, and the number of silver files read."""
    tables = Tables(runtime.spark(), FolderBackend(root))
    found: dict[str, object] = {}
    for task in (bronze, silver):
        setattr(task, "door", lambda: tables)  # noqa: B010 - the door of a task, which mypy takes for a constant
        started = time.monotonic()
        task.main(["--use-case", "credit", "--catalog", "bench", "--run-id", run_id])
        found[task.__name__] = time.monotonic() - started
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def looked_into(root: Path, first: int) -> tuple[int, int]:
    """The number of silver files that may contain a new key, by their statistics, and the total number."""
    rows = Tables(runtime.spark(), FolderBackend(root)).read(_SILVER)
    asked = rows.where(F.col("client_id").between(first, first + NEW_ROWS - 1))
    return len(asked.inputFiles()), len(rows.inputFiles())


def _measured(root: Path, run_id: str) -> dict[str, float]:
    printed = run([sys.executable, "-m", "bench.ingest", "--once", str(root), run_id])
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures | {"s": figures[bronze.__name__] + figures[silver.__name__]}


def history(root: Path, rows: int) -> list[tuple[str, ...]]:
    """First load, 1,000 new rows (the median of three months), and a run without new data."""
    for part in range(_FILES):
        deliver(root, f"2020-{part + 1:02d}", 1 + part * rows // _FILES, rows // _FILES)
    first = _measured(root, "first")
    months, files = [], (0, 0)
    for month in range(3):
        start = 1 + rows + month * NEW_ROWS
        files = looked_into(root, start)
        deliver(root, f"2021-{month + 1:02d}", start, NEW_ROWS)
        months.append(_measured(root, f"month-{month}"))
    nothing = _measured(root, "nothing")
    median = sorted(months, key=lambda each: each["s"])[1]
    seconds = [f"{each['s']:.1f} s" for each in (first, median, nothing)]
    memory = [f"{each['peak_mib']:.0f} MiB" for each in (first, median)]
    return [(f"{rows:,}", *seconds, f"1 landing file, {files[0]} of {files[1]} silver files", *memory)]


def section(sizes: tuple[int, ...]) -> list[str]:
    """Measure all sizes on one server."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        os.environ[DATA_VARIABLE] = DataSize.LARGE
        server = SparkServer(Path(home) / "spark")
        os.environ["SPARK_REMOTE"] = server.start()
        try:
            for rows in sizes:
                found += history(Path(home) / str(rows), rows)
                print(found[-1], flush=True)
        finally:
            server.stop()
    return [
        "## Ingest of new data",
        "Tasks `bronze` and `silver` of one feed, each run in a fresh process, on one Spark server that is set for "
        "large data. 1,000 new rows on each history, the median of three months. Key look-up: the range of the new "
        "keys prunes silver's files by their statistics. Limits: the month at 5 million takes at most 1.5 times that "
        "at 50 thousand, or 5 s more; nothing new at most a tenth of the first load of 500 thousand.",
        *table(
            ("history, rows", "first load", "1,000 new rows", "nothing new", "read for them", "driver, first", "month"),
            found,
        ),
    ]


def main(arguments: list[str]) -> None:
    """Measure and write, or run the tasks once (`--once ROOT RUN_ID`)."""
    if arguments[:1] == ["--once"]:
        ingest(Path(arguments[1]), arguments[2])
        return
    rewrite(section(tuple(int(each) for each in arguments) or SIZES))


if __name__ == "__main__":
    main(sys.argv[1:])
