"""Settings of Java and Spark for the size of the data: small is for tests and the demo."""

import os
from collections.abc import Mapping
from enum import StrEnum

DATA_VARIABLE = "LOCALCLOUD_DATA"


class DataSize(StrEnum):
    """The data size that the server is tuned for: tables of thousands of rows, or of millions."""

    SMALL = "small"
    LARGE = "large"


# Most of the server's code runs too briefly to repay the optimizing compiler: on two cores it took a third of the CPU.
# With that compiler off, Java reserves a smaller code cache, and then spends time on clearing it.
_QUICK_START = (
    "-XX:TieredStopAtLevel=1",
    "-XX:ReservedCodeCacheSize=240m",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)

_PLAIN_QUERIES = {
    # Generated Java code per query costs more than it saves on small tables, and so does planning a query again after
    # each of its stages.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.cache.maxEntries": "2000",
    "spark.sql.adaptive.enabled": "false",
    # Each task deserializes its query, which takes longer than the work on a small part of a table.
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    # The minimum and maximum of each column of each file, computed row by row without generated code, took a fifth of
    # the server's CPU. Tables of a few small files have nothing to skip. Their numbers of rows stay in the log.
    "spark.databricks.delta.properties.defaults.dataSkippingNumIndexedCols": "0",
    # Cached data of a task is read two or three times: choosing a compression per column costs more.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    # There is no UI for plans and finished queries.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.ui.retainedExecutions": "5",
    "spark.ui.retainedJobs": "5",
    "spark.ui.retainedStages": "5",
    "spark.ui.retainedTasks": "20",
}
# One machine has as many tasks as cores; the defaults (200 and 50) are for a cluster.
_LARGE = {
    "spark.sql.shuffle.partitions": str(max(2, os.cpu_count() or 2)),
    "spark.databricks.delta.snapshotPartitions": "2",
}


def data_size(environ: Mapping[str, str] = os.environ) -> DataSize:
    """The size that LOCALCLOUD_DATA names, or small. Raises ValueError with what is allowed."""
    given = environ.get(DATA_VARIABLE) or DataSize.SMALL
    try:
        return DataSize(given)
    except ValueError:
        raise ValueError(f"{DATA_VARIABLE} is {given!r}; set it to one of {', '.join(DataSize)}") from None


def java_options(size: DataSize) -> tuple[str, ...]:
    """Options of the Java process for `size`."""
    return _QUICK_START if size is DataSize.SMALL else ()


def query_settings(size: DataSize) -> dict[str, str]:
    """Spark settings for `size`; Spark's own defaults suit large data."""
    return dict(_PLAIN_QUERIES if size is DataSize.SMALL else _LARGE)
