"""The door itself: reads and writes by name, with the declared schema enforced.

    door()                      the door of this task
      read, exists, version     by `catalog.schema.table`
      create                    as declared, idempotent
      append, merge, replace    idempotent; a write that changes nothing makes no new table version
      volume_path               a folder

`PermissionDenied` and `NotFound` of `databricks.sdk.errors` (or Spark's own, on Databricks) pass through.
"""

import os
from dataclasses import dataclass
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession

from ml import runtime
from ml.declarations import Table
from ml.tables import merge as merges
from ml.tables.databricks import DatabricksPlaces
from ml.tables.places import Places
from ml.tables.schema import TableMismatchError, conform, differences
from ml.tables.unity_rest import UnityRestPlaces, api_client

DOOR = "MLOPS_TABLE_DOOR"
_UNITY_REST = "unity-rest"


@dataclass(frozen=True)
class Written:
    """Rows that a write changed."""

    inserted: int
    updated: int = 0
    deleted: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the table stayed as it was."""
        return not (self.inserted or self.updated or self.deleted)


class Tables:
    """Tables and volumes by their full names."""

    def __init__(self, spark: SparkSession, places: Places) -> None:
        self._spark = spark
        self._places = places

    @property
    def spark(self) -> SparkSession:
        """The session that reads and writes."""
        return self._spark

    def read(self, full_name: str, version: int | None = None) -> DataFrame:
        """The table, newest or as of `version`."""
        as_of = "" if version is None else f" VERSION AS OF {int(version)}"
        return self._spark.sql(f"SELECT * FROM {self._places.relation(full_name, write=False)}{as_of}")

    def exists(self, full_name: str) -> bool:
        """Whether there is such a table."""
        return self._places.exists(full_name)

    def version(self, full_name: str) -> int:
        """The newest version number of the table, for lineage and time travel."""
        relation = self._places.relation(full_name, write=False)
        newest = self._spark.sql(f"DESCRIBE HISTORY {relation} LIMIT 1").select("version").collect()
        return int(newest[0]["version"])

    def create(self, table: Table, full_name: str) -> None:
        """Create the table as declared, or leave it where it already is so.

        Raises:
            TableMismatchError: when a table of that name has other columns.
        """
        self._places.create(self._spark, table, full_name)
        found = differences(table, self.read(full_name).schema)
        if found:
            raise TableMismatchError(
                f"table {full_name} exists and differs from its declaration: {'; '.join(found)}. "
                "Alter the table, or declare it as it is"
            )

    def append(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Insert the rows whose keys the table does not hold yet. Rows already there stay as they are."""
        return self._merge(table, full_name, frame, update=False, delete_missing=False)

    def merge(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Insert new keys and overwrite rows that differ."""
        return self._merge(table, full_name, frame, update=True, delete_missing=False)

    def replace(self, table: Table, full_name: str, frame: DataFrame) -> Written:
        """Make the table equal to `frame`: for tables that are a function of another. Old versions stay readable."""
        return self._merge(table, full_name, frame, update=True, delete_missing=True)

    def volume_path(self, full_name: str, *, write: bool = False) -> str:
        """The folder of the volume `catalog.schema.volume`, checked for reading or for writing."""
        return self._places.volume(full_name, write=write)

    def _merge(self, table: Table, full_name: str, frame: DataFrame, *, update: bool, delete_missing: bool) -> Written:
        fitting = conform(table, frame)
        self.create(table, full_name)
        relation = self._places.relation(full_name, write=True)
        view = f"merge_{uuid4().hex}"
        fitting.createOrReplaceTempView(view)
        try:
            text = merges.statement(table, relation, view, update=update, delete_missing=delete_missing)
            counts = self._spark.sql(text).collect()[0]
        finally:
            self._spark.catalog.dropTempView(view)
        return Written(counts["num_inserted_rows"], counts["num_updated_rows"], counts["num_deleted_rows"])


def door() -> Tables:
    """The door of this task: Databricks', or Unity Catalog's REST where `MLOPS_TABLE_DOOR` says `unity-rest`."""
    kind = os.environ.get(DOOR, "")
    if kind not in ("", _UNITY_REST):
        raise ValueError(f"{DOOR}={kind!r}; allowed: {_UNITY_REST!r}, or unset on Databricks")
    spark = runtime.spark()
    places = UnityRestPlaces(api_client()) if kind else DatabricksPlaces(spark)
    return Tables(spark, places)
