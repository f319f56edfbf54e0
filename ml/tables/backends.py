"""Where a name lies: what the two implementations of the door differ in."""

from enum import StrEnum
from typing import Protocol

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from ml.declarations import Table
from ml.tables.schema import ddl, quoted

# Delta then keeps which rows each version changed, so that a reader reads on from where it was.
CHANGE_FEED = "delta.enableChangeDataFeed"
_BY_PATH = "delta.`"


class Past(StrEnum):
    """What is read of a table beside its newest rows: Databricks refuses it to whom a mask or a filter applies."""

    HISTORY = "DESCRIBE_HISTORY"
    VERSION = "TIME_TRAVEL"
    CHANGES = "TABLE_CHANGES"


class Backend(Protocol):
    """Turns `catalog.schema.name` into what Spark can open, after asking for the right to."""

    def relation(self, full_name: str, *, write: bool, past: Past | None = None) -> str:
        """The table as Spark SQL spells it. Raises `PermissionDenied` or `NotFound`, and `BadRequest` for a `past`
        that the principal may not read."""

    def exists(self, full_name: str) -> bool:
        """Whether the table is there and may be read."""

    def create(self, spark: SparkSession, table: Table, full_name: str) -> None:
        """Create the table where it is not there yet."""

    def volume(self, full_name: str, *, write: bool) -> str:
        """The folder of a volume."""


def create_statement(table: Table, relation: str) -> str:
    """CREATE TABLE IF NOT EXISTS with the declared columns, comments and constraints."""
    return (
        f"CREATE TABLE IF NOT EXISTS {relation} ({ddl(table)}) USING delta COMMENT {quoted(table.comment)} "
        f"TBLPROPERTIES ({CHANGE_FEED} = true)"
    )


def changes(relation: str, after: int, until: int) -> str:
    """The table function that gives the changes of `relation` after version `after` and up to `until`."""
    versions = f"{int(after) + 1}, {int(until)}"
    if relation.startswith(_BY_PATH):
        return f"table_changes_by_path({quoted(relation.removeprefix(_BY_PATH).removesuffix('`'))}, {versions})"
    return f"table_changes({quoted(relation)}, {versions})"


def started(writer: DataStreamWriter, relation: str) -> StreamingQuery:
    """The stream under way into the table `relation`: Spark takes a table by path in another call than one by name."""
    if relation.startswith(_BY_PATH):
        return writer.start(relation.removeprefix(_BY_PATH).removesuffix("`"))
    return writer.toTable(relation)


def split(full_name: str) -> tuple[str, str, str]:
    """Catalog, schema and name of `full_name`. Raises ValueError where it is not three-level."""
    parts = full_name.split(".")
    if len(parts) != 3 or not all(parts) or "`" in full_name:
        raise ValueError(f"{full_name!r} is not catalog.schema.name: give all three, without backticks")
    return parts[0], parts[1], parts[2]
