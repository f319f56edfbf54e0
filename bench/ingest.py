"""`python -m bench.ingest`: the cost of 1,000 new rows on histories of 50 thousand, 500 thousand and 5 million rows.

The tasks `bronze` and `silver` run as in a job, each run in its own process, on the local cloud's Spark server and
tables in a folder. Sizes are arguments: `python -m bench.ingest 50000 500000`. `python -m bench.ingest --file`
measures one file of a gigabyte.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from pyspark.sql import functions as F  # noqa: N812

from bench import large_file
from bench.page import rewrite
from bench.processes import run_json
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
_TASKS = (sys.executable, "-m", "bench.ingest", "--once")
# The size of which a run with nothing new takes at most a tenth of the first load.
_OF_NOTHING = 500_000


def deliver(root: Path, month: str, first: int, rows: int) -> None:
    """Write a file of `rows` labels from client `first` on."""
    folder = root / "bench" / "credit_bronze" / "landing" / _FEED.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{month}.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(_FEED.raw_columns) + "\n")
        file.writelines(f"{client},{client % 5 == 0:d}\n" for client in range(first, first + rows))


def ingest(root: Path, run_id: str, tasks: Sequence[ModuleType] = (bronze, silver)) -> None:
    """Run the tasks in this process; print the seconds of each and the peak memory, as JSON."""
    tables = Tables(runtime.spark(), FolderBackend(root))
    found: dict[str, object] = {}
    for task in tasks:
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
    figures = run_json([*_TASKS, str(root), run_id])
    figures["s"] = figures[bronze.__name__] + figures[silver.__name__]
    print(f"{root.name} {run_id}: {figures['s']:.1f} s", flush=True)
    return figures


@dataclass(kw_only=True)
class History:
    """A history of `rows` in the folder `root`, and what was measured on it."""

    root: Path
    rows: int
    first: dict[str, float] = field(default_factory=dict)
    months: list[dict[str, float]] = field(default_factory=list)
    nothing: dict[str, float] = field(default_factory=dict)
    looked_into: tuple[int, int] = (0, 0)

    def load(self) -> None:
        """Deliver the history in a few files, and load them in one run."""
        for part in range(_FILES):
            deliver(self.root, f"2020-{part + 1:02d}", 1 + part * self.rows // _FILES, self.rows // _FILES)
        self.first = _measured(self.root, "first")

    def month(self) -> None:
        """Deliver and load 1,000 new rows."""
        number = len(self.months)
        start = 1 + self.rows + number * NEW_ROWS
        self.looked_into = looked_into(self.root, start)
        deliver(self.root, f"2021-{number + 1:02d}", start, NEW_ROWS)
        self.months.append(_measured(self.root, f"month-{number}"))

    def idle(self) -> None:
        """Run without new data."""
        self.nothing = _measured(self.root, "nothing")

    @property
    def median(self) -> dict[str, float]:
        """The month of median time."""
        return sorted(self.months, key=lambda each: each["s"])[len(self.months) // 2]

    @property
    def line(self) -> tuple[str, ...]:
        """The line of the table."""
        seconds = [f"{each['s']:.1f} s" for each in (self.first, self.median, self.nothing)]
        memory = [f"{each['peak_mib']:.0f} MiB" for each in (self.first, self.median)]
        may, total = self.looked_into
        return (f"{self.rows:,}", *seconds, f"1 landing file, {may} of {total} silver files", *memory)


def limits(histories: Sequence[History]) -> list[str]:
    """A sentence for each limit: the figures, and whether it holds. `histories` begin with the shortest."""
    short, long = histories[0], histories[-1]
    a_month, at_least = long.median["s"], short.median["s"]
    kept = a_month <= max(1.5 * at_least, at_least + 5)
    said = [
        f"A month on {long.rows:,} rows takes {a_month / at_least:.2f} times that on {short.rows:,}, "
        f"{a_month - at_least:+.1f} s: {_verdict(kept)}."
    ]
    for each in histories:
        if each.rows == _OF_NOTHING:
            share = each.nothing["s"] / each.first["s"]
            said.append(f"Nothing new takes {share:.0%} of the first load of {each.rows:,}: {_verdict(share <= 0.1)}.")
    grown = max(long.first["peak_mib"], long.median["peak_mib"]) / short.first["peak_mib"]
    verdict = _verdict(grown <= 1.1)
    said.append(f"The driver's peak on the longest is {grown:.2f} times that on the shortest: {verdict}.")
    return said


def _verdict(kept: bool) -> str:
    return "within the limit" if kept else "**over the limit**"


def section(sizes: tuple[int, ...]) -> list[str]:
    """Measure all sizes on one server. The months take turns, so that the machine's load is the same for all."""
    with tempfile.TemporaryDirectory() as home:
        histories = [History(root=Path(home) / str(rows), rows=rows) for rows in sizes]
        os.environ[DATA_VARIABLE] = DataSize.LARGE
        server = SparkServer(Path(home) / "spark")
        os.environ["SPARK_REMOTE"] = server.start()
        try:
            for step in (History.load, History.month, History.month, History.month, History.idle):
                for each in histories:
                    step(each)
        finally:
            server.stop()
    return [
        "## Ingest of new data",
        "Tasks `bronze` and `silver` of one feed, each run in a fresh process, on one Spark server that is set for "
        "large data. 1,000 new rows on each history, the median of three months that take turns. Key look-up: the "
        "range of the new keys prunes silver's files by their statistics. Limits: the month at 5 million takes at most "
        "1.5 times that at 50 thousand, or 5 s more; nothing new at most a tenth of the first load of 500 thousand.",
        *table(
            ("history, rows", "first load", "1,000 new rows", "nothing new", "read for them", "driver, first", "month"),
            [each.line for each in histories],
        ),
        *limits(histories),
        f"Load before it ended: {os.getloadavg()[2]:.0f} on {os.cpu_count()} cores. The months take turns, so that "
        "their ratio holds beside other work; first loads and runs without news compare on an idle machine alone.",
    ]


def main(arguments: list[str]) -> None:
    """Measure and write, or run the tasks once (`--once ROOT RUN_ID`; `--bronze ROOT RUN_ID`: bronze alone)."""
    match arguments:
        case ["--once", root, run_id]:
            ingest(Path(root), run_id)
        case ["--bronze", root, run_id]:
            ingest(Path(root), run_id, (bronze,))
        case ["--file", *sizes]:
            large_file.main([int(each) for each in sizes] or [32, 1024], [*_TASKS[:-1], "--bronze"])
        case sizes:
            rewrite(section(tuple(int(each) for each in sizes) or SIZES))


if __name__ == "__main__":
    main(sys.argv[1:])
