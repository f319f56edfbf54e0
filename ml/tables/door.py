"""The door itself: reads and writes by name, with the declared schema enforced.

    door()                      the door of this task
      read, exists, version,
      detail, history, counts, changes   by `catalog.schema.table`
      create                    from the declaration, idempotent
      append, merge, replace,
      replace_part              idempotent; a write that changes nothing makes no new table version
      append_batch              one batch of a stream, exactly once
      restore                   an earlier version
      append_stream             a Spark stream, each batch exactly once
      volume_path               a folder

`PermissionDenied` and `NotFound` of `databricks.sdk.errors` (or Spark's own, on Databricks) pass through.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.types import StructType

from ml import runtime
from ml.declarations import Column, Table
from ml.tables.backends import CHANGE_FEED, Backend, started
from ml.tables.conflicts import until_committed
from ml.tables.databricks import DatabricksBackend
from ml.tables.merge import (
    APPEND,
    MERGE,
    REPLACE,
    REPLACE_PART,
    Mode,
    first_insertion,
    insertion,
    part,
    preview,
    preview_of_first,
    statement,
)
from ml.tables.reader import Reader
from ml.tables.schema import RepeatedKeyError, TableMismatchError, conform, ddl, differences
from ml.tables.unity_rest import UnityRestBackend, api_client

DOOR = "MLOPS_TABLE_DOOR"
_UNITY_REST = "unity-rest"
# Spark's error class for a path without a table.
_NO_TABLE = ("DELTA_", "TABLE_OR_VIEW_NOT_FOUND", "PATH_NOT_FOUND")


@dataclass(frozen=True)
class Written:
    """Numbers of rows that a write changed."""

    inserted: int
    updated: int
    deleted: int


class Tables(Reader):
    """Tables and volumes by their full names."""

    def __init__(self, spark: SparkSession, backend: Backend) -> None:
        super().__init__(spark, backend)
        self._created: set[str] = set()
        # Made by this door and not known to hold rows.
        self._unwritten: set[str] = set()

    def owned(self, full_name: str) -> str:
        """The table's name in SQL, checked for write access: for statements about its files and properties."""
        return self._backend.relation(full_name, write=True)

    def restore(self, full_name: str, version: int) -> None:
        """Restore the table to `version`, as a new version."""
        relation = self._backend.relation(full_name, write=True)
        until_committed(lambda: self._spark.sql(f"RESTORE TABLE {relation} TO VERSION AS OF {int(version)}").collect())

    def track_changes(self, full_name: str) -> bool:
        """Turn on the change data feed of a table that was created without it; whether that was needed."""
        relation = self._backend.relation(full_name, write=True)
        kept = self._spark.sql(f"SHOW TBLPROPERTIES {relation}").collect()
        if {row["key"]: row["value"] for row in kept}.get(CHANGE_FEED) == "true":
            return False
        self._spark.sql(f"ALTER TABLE {relation} SET TBLPROPERTIES ({CHANGE_FEED} = true)").collect()
        return True

    def create(self, table: Table, full_name: str) -> None:
        """Create the table as declared, or keep a matching one. Missing nullable columns are added.

        Raises:
            TableMismatchError: if the existing table has different columns.
        """
        known = self._columns(full_name)
        if known is None:
            known = until_committed(lambda: self._made(table, full_name))
        lacking = [column for column in table.columns if column.nullable and column.name not in known.names]
        if lacking and len(differences(table, known)) == len(lacking):
            self._add_columns(full_name, table, lacking)
            known = self.read(full_name).schema
        found = differences(table, known)
        if found:
            raise TableMismatchError(
                f"table {full_name} exists and differs from its declaration: {'; '.join(found)}. "
                "Alter the table, or declare it as it is"
            )
        self._created.add(full_name)

    def append_batch(self, table: Table, full_name: str, frame: DataFrame, *, stream: str, batch: int) -> None:
        """Add the rows of a stream's batch exactly once: a batch that the table already has adds nothing.

        The rows' keys are not compared with those in the table, so the cost follows the batch alone.
        """
        fitting = self._fitting(table, full_name, frame)
        relation = self._backend.relation(full_name, write=True)
        writer = fitting.writeTo(relation).option("txnAppId", stream).option("txnVersion", str(batch))
        until_committed(writer.append)

    def append_stream(
        self, table: Table, full_name: str, frame: DataFrame, *, checkpoint: str, trigger: Mapping[str, Any]
    ) -> StreamingQuery:
        """Start adding a stream's rows, each batch exactly once. `trigger` is Spark's, as `availableNow=True`."""
        fitting = self._fitting(table, full_name, frame)
        writer = fitting.writeStream.format("delta").outputMode("append").option("checkpointLocation", checkpoint)
        return started(writer.trigger(**trigger), self._backend.relation(full_name, write=True))

    def append(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Insert the rows with new keys. Existing rows stay as they are."""
        return self._write(table, full_name, frame, APPEND)

    def merge(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Insert new keys and overwrite rows that differ."""
        return self._write(table, full_name, frame, MERGE)

    def replace(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Make the table equal to `frame`: for tables derived from another table. Old versions stay readable."""
        return self._write(table, full_name, frame, REPLACE)

    def replace_part(self, table: Table, full_name: str, frame: DataFrame, touched: DataFrame) -> Written:
        """Replace the rows that match a row of `touched` in all its columns with `frame`; others stay.

        For derived tables if only part of their source has changed. `frame` may hold no other rows.
        """
        return self._write(table, full_name, frame, REPLACE_PART, touched)

    def volume_path(self, full_name: str, *, write: bool = False) -> str:
        """The folder of the volume `catalog.schema.volume`, checked for reading or for writing."""
        return self._backend.volume(full_name, write=write)

    def _made(self, table: Table, full_name: str) -> StructType:
        """The columns of the table that this or another task has just created."""
        self._backend.create(self._spark, table, full_name)
        self._unwritten.add(full_name)
        return self.read(full_name).schema

    def _columns(self, full_name: str) -> StructType | None:
        """The columns of a table; None if it does not exist yet, or if its creation was interrupted."""
        if not self._backend.exists(full_name):
            return None
        try:
            return self.read(full_name).schema
        except AnalysisException as error:
            if (error.getCondition() or "").startswith(_NO_TABLE):
                return None
            raise

    def _add_columns(self, full_name: str, table: Table, lacking: list[Column]) -> None:
        relation = self._backend.relation(full_name, write=True)
        added = ddl(replace(table, columns=tuple(lacking), keys=()))
        until_committed(lambda: self._spark.sql(f"ALTER TABLE {relation} ADD COLUMNS ({added})").collect())

    def _fitting(self, table: Table, full_name: str, frame: DataFrame) -> DataFrame:
        """`frame` with the columns of the table, which is created if needed."""
        fitting = conform(table, frame)
        if full_name not in self._created:
            self.create(table, full_name)
        return fitting

    def _write(
        self, table: Table, full_name: str, frame: DataFrame, mode: Mode, touched: DataFrame | None = None
    ) -> Written:
        fitting = self._fitting(table, full_name, frame)
        relation = self._backend.relation(full_name, write=True)
        with self._viewed(fitting) as view:
            if touched is None:
                return until_committed(lambda: self._write_once(table, full_name, relation, view, mode))
            with self._viewed(touched) as which:
                both = self._spark.sql(part(table, relation, view, which, touched.columns))
                with self._viewed(both) as marked:
                    return until_committed(lambda: self._write_once(table, full_name, relation, marked, mode))

    @contextmanager
    def _viewed(self, frame: DataFrame) -> Iterator[str]:
        """The name of a view of `frame`, for SQL within the block."""
        view = f"rows_{uuid4().hex}"
        frame.createOrReplaceTempView(view)
        try:
            yield view
        finally:
            self._spark.catalog.dropTempView(view)

    def _write_once(self, table: Table, full_name: str, relation: str, view: str, mode: Mode) -> Written:
        if self._is_empty(full_name):
            written = self._preview(table, full_name, preview_of_first(table, view))
            if written.inserted:
                self._spark.sql(first_insertion(table, relation, view)).collect()
            return written
        if mode is REPLACE and self._spark.sql(f"SELECT 1 FROM {relation} LIMIT 1").isEmpty():
            # Nothing can change or go: only keys are compared, where rows whole would be.
            mode = APPEND
        written = self._preview(table, full_name, preview(table, relation, view, mode))
        if written.updated or written.deleted:
            self._spark.sql(statement(table, relation, view, mode)).collect()
        elif written.inserted:
            self._spark.sql(insertion(table, relation, view)).collect()
        return written

    def _is_empty(self, full_name: str) -> bool:
        """Whether this door has made the table and nothing was written since: its creation is version 0."""
        if full_name not in self._unwritten:
            return False
        self._unwritten.discard(full_name)
        return self.version(full_name) == 0

    def _preview(self, table: Table, full_name: str, query: str) -> Written:
        row = self._spark.sql(query).collect()[0]
        if row["repeated"]:
            raise RepeatedKeyError(
                f"{row['repeated']} rows for {full_name} share their key ({', '.join(table.keys)}) with another row; "
                "one row per key is allowed: remove the repeats before writing"
            )
        return Written(inserted=row["inserted"], updated=row["updated"], deleted=row["deleted"])


def door() -> Tables:
    """The door of this task: Databricks', or Unity Catalog's REST API if `MLOPS_TABLE_DOOR` is `unity-rest`."""
    kind = os.environ.get(DOOR, "")
    if kind not in ("", _UNITY_REST):
        raise ValueError(f"{DOOR}={kind!r}; allowed: {_UNITY_REST!r}, or unset on Databricks")
    spark = runtime.spark()
    backend = UnityRestBackend(api_client()) if kind else DatabricksBackend(spark)
    return Tables(spark, backend)
