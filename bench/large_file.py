"""One delivery of a gigabyte, as the task `bronze` takes it in: `python -m bench.ingest --file [MIB …]` measures it.

The file is CSV with the columns of credit's applications. It is sampled how much memory Spark's Python workers use,
which read it: its size must not show there, nor in the task's own process.
"""

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from bench.page import rewrite
from bench.processes import run_json
from bench.synthesis import table
from localcloud.spark.server import SparkServer
from localcloud.spark.tuning import DATA_VARIABLE, DataSize
from ml.usecases import use_case

MIB = 2**20
_FEED = use_case("credit").feeds[0]
_PIECE_ROWS = 100_000
_SAMPLED_EVERY_S = 0.2


class Workers:
    """The largest resident memory of one Python worker of the server with process id `pid`, and of all together."""

    def __init__(self, pid: int) -> None:
        self.largest_mib = 0.0
        self._over = threading.Event()
        self._server = psutil.Process(pid)
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """Stop sampling; the largest worker, in MiB."""
        self._over.set()
        self._thread.join()
        return self.largest_mib

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLED_EVERY_S):
            for child in self._server.children(recursive=True):
                try:
                    self.largest_mib = max(self.largest_mib, child.memory_info().rss / MIB)
                except psutil.NoSuchProcess:
                    continue


def deliver(root: Path, size_bytes: int) -> int:
    """Write a file of `size_bytes` or a little more; the number of its rows."""
    folder = root / "bench" / "credit_bronze" / "landing" / _FEED.name
    folder.mkdir(parents=True)
    path, rows = folder / "2024-01.csv", 0
    values = [f"{{}},{','.join(str(12_345 + column * row) for column in range(1, _columns()))}\n" for row in range(97)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(_FEED.raw_columns) + "\n")
        while file.tell() < size_bytes:
            file.write("".join(values[row % 97].format(row) for row in range(rows, rows + _PIECE_ROWS)))
            rows += _PIECE_ROWS
    return rows


def _columns() -> int:
    return len(_FEED.raw_columns)


def section(sizes_mib: Sequence[int], command: Sequence[str]) -> list[str]:
    """Measure a file of each size, each in a folder of its own; `command` and a folder run the task in a process."""
    found = []
    os.environ[DATA_VARIABLE] = DataSize.LARGE
    for size in sizes_mib:
        with tempfile.TemporaryDirectory() as home:
            server = SparkServer(Path(home) / "spark")
            os.environ["SPARK_REMOTE"] = server.start()
            try:
                rows = deliver(Path(home) / "lake", size * MIB)
                started, workers = time.monotonic(), Workers(server.pid)
                figures = run_json([*command, str(Path(home) / "lake"), "large"])
                seconds = time.monotonic() - started
                memory = (f"{figures['peak_mib']:.0f} MiB", f"{workers.end():.0f} MiB")
            finally:
                server.stop()
            found.append((f"{size:,} MiB", f"{rows:,}", f"{seconds:.0f} s", f"{rows / seconds:,.0f}", *memory))
            print(found[-1], flush=True)
    return [
        "## Ingest of one large file",
        f"Task `bronze` on one CSV file with the {_columns()} columns of credit's applications, in a fresh process, on "
        "a Spark server that is set for large data. A file is parsed by one worker, piece by piece: the memory of "
        "workers and driver must not grow with it. Values repeat, so that the table is small on disk.",
        *table(("file", "rows", "time", "rows a second", "driver, at most", "largest worker"), found),
    ]


def main(sizes_mib: Sequence[int], command: Sequence[str]) -> None:
    """Measure files of these sizes and write the section."""
    rewrite(section(sizes_mib, command))
