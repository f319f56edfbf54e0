"""Uses each part of Spark once, on a few rows, so that the first job does not wait for Spark to load and compile it.

It runs before the first job, in a separate background process: `begin`, which calls `python -m
localcloud.spark.warm_up`. It uses no table and no task, and leaves nothing behind.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.kernel.processes import MARK

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import SparkSession

_CHECKOUT = Path(__file__).resolve().parents[2]
_COLUMNS = "id INT NOT NULL, name STRING COMMENT 'text', day DATE, at TIMESTAMP, amount DOUBLE"
_ROWS = (
    "SELECT CAST(id AS INT) AS id, concat('n', id) AS name, date'2024-01-01' AS day, current_timestamp() AS at, "
    "try_cast('1.5' AS DOUBLE) AS amount FROM range({count})"
)


def begin(home: Path, remote: str) -> subprocess.Popen[bytes]:
    """Start warming the Spark server `remote` of the local cloud of `home`, and return at once.

    `lifecycle.stop` ends it.
    """
    with (home / "logs" / "warm_up.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "localcloud.spark.warm_up", remote, str(home)],
            cwd=_CHECKOUT,
            env={**os.environ, MARK: str(home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def warm(spark: "SparkSession", folder: Path) -> None:
    """The operations of a job on a table: create it, read files with Python, compare, insert, merge, time travel."""

    def as_given(batches: "Iterable[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
        # Defined inside, so that it is pickled by value: the workers cannot import this module.
        yield from batches

    table = f"delta.`{folder}/table`"
    spark.sql(f"CREATE TABLE IF NOT EXISTS {table} ({_COLUMNS}) USING delta COMMENT 'warm-up'").collect()
    (folder / "files").mkdir()
    (folder / "files" / "one.csv").write_text("a,b\n")
    files = spark.read.format("binaryFile").load(str(folder / "files")).select("path", "content")
    files.mapInPandas(as_given, "path string, content binary").count()
    for count in (3, 5):
        spark.sql(_ROWS.format(count=count)).persist().createOrReplaceTempView("rows")
        spark.sql(
            "WITH s AS (SELECT *, count(*) OVER (PARTITION BY id) AS same FROM rows) "
            "SELECT count_if(s.same > 1), count_if(t.id IS NULL), count_if(NOT (t.name <=> s.name)) "
            f"FROM s FULL OUTER JOIN {table} AS t ON t.id = s.id"
        ).collect()
        spark.sql(f"INSERT INTO {table} SELECT s.* FROM rows AS s LEFT ANTI JOIN {table} AS t ON t.id = s.id").collect()
        spark.sql(
            f"MERGE INTO {table} AS t USING rows AS s ON t.id = s.id "
            "WHEN MATCHED AND (NOT (t.at <=> s.at)) THEN UPDATE SET t.at = s.at "
            "WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE"
        ).collect()
        spark.sql(f"SELECT day, count(*), max(amount) FROM {table} VERSION AS OF 1 GROUP BY day").toPandas()
    spark.sql(f"DESCRIBE HISTORY {table} LIMIT 1").select("version").collect()
    spark.catalog.clearCache()


def main(remote: str, home: str) -> None:
    """Warm the server `remote`; scratch files are under `home`, and are removed."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - takes a second, which whoever imports `begin` has no use for

    os.nice(5)
    spark = SparkSession.builder.remote(remote).create()
    with tempfile.TemporaryDirectory(dir=home, prefix="warm_up.") as folder:
        warm(spark, Path(folder))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
