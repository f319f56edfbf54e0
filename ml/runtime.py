"""A task's runtime: the Spark session, task values, and the accounting line that it ends with.

The only module that creates a Spark session. Code below a task's `main` receives frames.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.utils import is_remote

import ml

# The place where a training runs does not affect the model.
RETRAINS = False

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

TASK_VALUES_FILE = "MLOPS_TASK_VALUES"
_SPARK_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # ANSI mode: a value that does not fit its type is an error; ingest uses try_cast where it wants null.
    "spark.sql.ansi.enabled": "true",
}


class RowsUnaccountedError(RuntimeError):
    """Received rows were neither kept nor quarantined, or more rows came out than were received."""


def spark() -> SparkSession:
    """The session of this task: the cluster's on Databricks, Spark Connect if `SPARK_REMOTE` names a server."""
    session: SparkSession = SparkSession.builder.getOrCreate()
    for setting, value in _SPARK_SETTINGS.items():
        session.conf.set(setting, value)
    carry_code()
    return session


def carry_code() -> None:
    """Pickle this package by value in functions for a server's Python workers, which cannot import it."""
    if is_remote():
        cloudpickle.register_pickle_by_value(ml)  # type: ignore[no-untyped-call]


def on_databricks() -> bool:
    """Whether the task runs on any Databricks runtime."""
    # The local cloud also sets a runtime version for tasks on its serverless compute, with open-source Spark.
    return "DATABRICKS_RUNTIME_VERSION" in os.environ and "SPARK_REMOTE" not in os.environ


def on_serverless() -> bool:
    """Whether the task runs on Databricks' serverless compute, whose runtime calls itself `client.<version>`."""
    return os.environ.get("DATABRICKS_RUNTIME_VERSION", "").startswith("client.")


@contextmanager
def computed_once(frame: DataFrame) -> Iterator[DataFrame]:
    """`frame`, cached on the cluster while the block uses it several times. Serverless compute does not cache."""
    if on_serverless():
        yield frame
        return
    held = frame.persist()
    try:
        yield held
    finally:
        held.unpersist()


def side_by_side(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """Run `work` on all items in parallel; results in the order of the items. The first error is raised.

    A step on a small table mostly waits (for plans, commits, checks), so independent tables overlap well.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(items))) as pool:
        return list(pool.map(work, items))


def set_task_value(key: str, value: str | int | float | bool) -> None:
    """Pass `value` to later tasks of the run, which read it as `{{tasks.<task>.values.<key>}}`.

    Locally the values are one JSON object in the file that `MLOPS_TASK_VALUES` names; on Databricks they are
    `dbutils.jobs.taskValues`.
    """
    named = os.environ.get(TASK_VALUES_FILE)
    if named is None:
        from databricks.sdk.runtime import dbutils  # noqa: PLC0415 - only a cluster has it

        dbutils.jobs.taskValues.set(key=key, value=value)
        return
    file = Path(named)
    known = json.loads(file.read_text()) if file.exists() and file.stat().st_size else {}
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(json.dumps(known | {key: value}))
    fresh.replace(file)


def accounting(
    *, task: str, rows_in: int, rows_kept: int, rows_quarantined: int, rows_removed: int = 0
) -> dict[str, object]:
    """One task's account of its rows. `rows_removed`: rows that were loaded earlier and removed on request.

    Raises:
        RowsUnaccountedError: when `rows_in` is not the sum of the three others.
    """
    if rows_in != rows_kept + rows_quarantined + rows_removed:
        left = f" + {rows_removed} removed" if rows_removed else ""
        raise RowsUnaccountedError(
            f"{task}: {rows_in} rows came in but {rows_kept} kept + {rows_quarantined} quarantined{left} = "
            f"{rows_kept + rows_quarantined + rows_removed}; the run stops, so that no row is lost unnoticed"
        )
    head = {"task": task, "rows_in": rows_in, "rows_kept": rows_kept, "rows_quarantined": rows_quarantined}
    return head | ({"rows_removed": rows_removed} if rows_removed else {})


def report(*, task: str, rows_in: int, rows_kept: int, rows_quarantined: int, **more: object) -> None:
    """Print the accounting of a task as its one JSON line. Raises `RowsUnaccountedError` as `accounting` does."""
    removed = more.pop("rows_removed", 0)
    assert isinstance(removed, int), "a number of rows"
    counts = {"rows_in": rows_in, "rows_kept": rows_kept, "rows_quarantined": rows_quarantined}
    line = accounting(task=task, **counts, rows_removed=removed) | more
    say(json.dumps(line, default=str))


def say(line: str) -> None:
    """Print a line in one write: `print` writes the line end separately, so lines of parallel threads could mix."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
