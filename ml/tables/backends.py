"""Location of a table by its name: the difference between the door's two implementations."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from ml.declarations import Table
from ml.tables.schema import ddl, quoted

# The change data feed: Delta records the rows that each version changed, so a reader can resume where it stopped.
CHANGE_FEED = "delta.enableChangeDataFeed"
_BY_PATH = "delta.`"
# A commit, or a checkpoint, which may be all that is left of an old one.
_COMMIT = re.compile(r"(\d{20})\.(json$|checkpoint\.)")


class Past(StrEnum):
    """Parts of a table's history to read. Databricks refuses them to principals under a mask or a row filter."""

    HISTORY = "DESCRIBE_HISTORY"
    VERSION = "TIME_TRAVEL"
    CHANGES = "TABLE_CHANGES"


class Backend(Protocol):
    """Turns `catalog.schema.name` into a relation that Spark can open, after checking permissions."""

    def relation(self, full_name: str, *, write: bool, past: Past | None = None) -> str:
        """The table as Spark SQL spells it. Raises `PermissionDenied` or `NotFound`, and `BadRequest` for a `past`
        that the principal may not read."""

    def exists(self, full_name: str) -> bool:
        """Whether the table exists and may be read."""

    def create(self, spark: SparkSession, table: Table, full_name: str) -> None:
        """Create the table if it does not exist."""

    def volume(self, full_name: str, *, write: bool) -> str:
        """The folder of a volume."""


def create_statement(table: Table, relation: str) -> str:
    """CREATE TABLE IF NOT EXISTS with the declared columns, comments and constraints."""
    return (
        f"CREATE TABLE IF NOT EXISTS {relation} ({ddl(table)}) USING delta COMMENT {quoted(table.comment)} "
        f"TBLPROPERTIES ({CHANGE_FEED} = true)"
    )


def changes(relation: str, after: int, until: int) -> str:
    """The table function for the changes of `relation` after version `after` and up to `until`."""
    versions = f"{int(after) + 1}, {int(until)}"
    if relation.startswith(_BY_PATH):
        return f"table_changes_by_path({quoted(relation.removeprefix(_BY_PATH).removesuffix('`'))}, {versions})"
    return f"table_changes({quoted(relation)}, {versions})"


def started(writer: DataStreamWriter, relation: str) -> StreamingQuery:
    """The started stream into the table `relation`: Spark has separate calls for a table by path and by name."""
    if relation.startswith(_BY_PATH):
        return writer.start(relation.removeprefix(_BY_PATH).removesuffix("`"))
    return writer.toTable(relation)


def newest_version(spark: SparkSession, relation: str) -> int:
    """The newest version number of a table. By path, Delta's log shows it: each version is a file with its number."""
    if relation.startswith(_BY_PATH):
        log = Path(relation.removeprefix(_BY_PATH).removesuffix("`"), "_delta_log")
        committed = [int(found[1]) for file in log.glob("*") if (found := _COMMIT.match(file.name))]
        if committed:
            return max(committed)
    newest = spark.sql(f"DESCRIBE HISTORY {relation} LIMIT 1").select("version").collect()
    return int(newest[0]["version"])


def split(full_name: str) -> tuple[str, str, str]:
    """Catalog, schema and name of `full_name`. Raises ValueError if it is not three-level."""
    parts = full_name.split(".")
    if len(parts) != 3 or not all(parts) or "`" in full_name:
        raise ValueError(f"{full_name!r} is not catalog.schema.name: give all three, without backticks")
    return parts[0], parts[1], parts[2]
