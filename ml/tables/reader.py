"""Reads of a table by its full name: its rows, their changes, its versions."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession

from ml.tables.backends import CHANGE_FEED, Backend, Past, changes, newest_version


@dataclass(frozen=True, kw_only=True)
class Detail:
    """Facts about a table: `id` changes if it is recreated; `tracks_changes`: it has a change data feed."""

    id: str
    tracks_changes: bool


class Reader:
    """The reading half of the door."""

    def __init__(self, spark: SparkSession, backend: Backend) -> None:
        self._spark = spark
        self._backend = backend

    @property
    def spark(self) -> SparkSession:
        """The session that reads and writes."""
        return self._spark

    def read(self, full_name: str, version: int | None = None) -> DataFrame:
        """The rows of the table, newest or as of `version`."""
        if version is None:
            return self._spark.sql(f"SELECT * FROM {self._backend.relation(full_name, write=False)}")
        relation = self._backend.relation(full_name, write=False, past=Past.VERSION)
        return self._spark.sql(f"SELECT * FROM {relation} VERSION AS OF {int(version)}")

    def exists(self, full_name: str) -> bool:
        """Whether the table exists."""
        return self._backend.exists(full_name)

    def counts(self, *full_names: str) -> tuple[int, ...]:
        """The number of rows of each table, in one query."""
        each = (f"{self.count_sql(full_name)} AS held_{number}" for number, full_name in enumerate(full_names))
        return tuple(int(held) for held in self._spark.sql(f"SELECT {', '.join(each)}").collect()[0])

    def count_sql(self, full_name: str) -> str:
        """A subquery for the number of rows of a table, which Delta answers from its log.

        It does so for a count that stands alone: with another column beside it, it reads the rows.
        """
        return f"(SELECT count(*) FROM {self._backend.relation(full_name, write=False)})"

    def version(self, full_name: str) -> int:
        """The newest version number of the table, for lineage and time travel."""
        return newest_version(self._spark, self._backend.relation(full_name, write=False, past=Past.HISTORY))

    def detail(self, full_name: str) -> Detail:
        """The table's identity, and whether Delta tracks its changes."""
        relation = self._backend.relation(full_name, write=False, past=Past.HISTORY)
        row = self._spark.sql(f"DESCRIBE DETAIL {relation}").select("id", "properties").collect()[0]
        return Detail(id=row["id"], tracks_changes=row["properties"].get(CHANGE_FEED) == "true")

    def history(self, full_name: str) -> dict[int, datetime]:
        """The creation time (UTC) of each version that the table's log still has."""
        relation = self._backend.relation(full_name, write=False, past=Past.HISTORY)
        rows = self._spark.sql(f"DESCRIBE HISTORY {relation}").selectExpr("version", "unix_micros(timestamp) AS made")
        return {int(row["version"]): datetime.fromtimestamp(row["made"] / 1e6, UTC) for row in rows.collect()}

    def changes(self, full_name: str, after: int, until: int) -> DataFrame:
        """Every row inserted, updated or deleted after version `after` and up to `until`, with its change type.

        The columns `_change_type`, `_commit_version` and `_commit_timestamp` come from Delta's change data feed.
        """
        relation = changes(self._backend.relation(full_name, write=False, past=Past.CHANGES), after, until)
        return self._spark.sql(f"SELECT * FROM {relation}")
