"""Reads a Delta table for publishing: the newest row of each key, or of changed keys, at one version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document
from localcloud.spark.sessions import new_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, kw_only=True)
class PrimaryKey:
    """The columns that identify a row: one entity key, and the time series columns that select the newest."""

    column: str
    is_text: bool
    times: tuple[str, ...]


def primary_key(table: Document) -> PrimaryKey:
    """The table's primary key constraint. Raises `ApiError` 400 naming what to change."""
    name = table["full_name"]
    constraints = [
        c["primary_key_constraint"] for c in table.get("table_constraints", []) if "primary_key_constraint" in c
    ]
    if not constraints:
        advice = "add one (POST /api/2.1/unity-catalog/constraints) with its time column among timeseries_columns"
        raise bad_request(f"Table '{name}' has no primary key, which publishing needs: {advice}.")
    times = tuple(constraints[0].get("timeseries_columns") or ())
    keys = [column for column in constraints[0]["child_columns"] if column not in times]
    if len(keys) != 1:
        raise bad_request(f"The primary key of '{name}' must have one column besides its time series; has: {keys}.")
    types = {column["name"]: str(column.get("type_text", "")).lower() for column in table.get("columns", [])}
    return PrimaryKey(column=keys[0], is_text=types.get(keys[0]) == "string", times=times)


def key_of(kept: Document) -> PrimaryKey:
    """The key stored in a synced table's document."""
    return PrimaryKey(column=kept["column"], is_text=kept["is_text"], times=tuple(kept["times"]))


def declared_key(table: Document, spec: Document) -> Document:
    """The key of a synced table in the form of its document. Raises `ApiError` 400 for an invalid one."""
    keys, time = spec.get("primary_key_columns") or [], spec.get("timeseries_key")
    types = {column["name"]: str(column.get("type_text", "")).lower() for column in table.get("columns", [])}
    absent = [column for column in (*keys, time) if column and column not in types]
    if absent:
        raise bad_request(f"Table '{table['full_name']}' has no column {', '.join(absent)}; it has {', '.join(types)}.")
    if len(keys) != 1:
        raise bad_request(f"primary_key_columns is {keys}: here a synced table has exactly one, beside timeseries_key.")
    return {"column": keys[0], "is_text": types[keys[0]] == "string", "times": [time] if time else []}


@contextmanager
def session(cloud: Cloud) -> Iterator["SparkSession"]:
    """A separate Spark session. 503 while the Spark server is not running."""
    if not cloud.spark_remote:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The Spark server is not running yet.")
    # They take a second, which only publishing pays.
    from pyspark.errors import PySparkException  # noqa: PLC0415

    spark = new_session(cloud.spark_remote)
    try:
        yield spark
    except PySparkException as error:
        # What follows the first line names this machine's paths.
        first = str(error).strip().splitlines()[0]
        raise ApiError(400, error.getCondition() or "SPARK_ERROR", f"The source cannot be read: {first}") from error
    finally:
        spark.stop()


def version(spark: "SparkSession", location: str) -> int:
    """The newest version of the Delta table."""
    return int(spark.sql(f"DESCRIBE HISTORY delta.`{location}` LIMIT 1").collect()[0]["version"])


def keeps_changes(spark: "SparkSession", location: str) -> bool:
    """Whether the table's change data feed is enabled."""
    kept = spark.sql(f"SHOW TBLPROPERTIES delta.`{location}`").collect()
    return {row["key"]: row["value"] for row in kept}.get("delta.enableChangeDataFeed") == "true"


def newest(spark: "SparkSession", location: str, at: int, key: PrimaryKey) -> list[tuple[str, dict[str, Any]]]:
    """Key (as text) and row (as JSON) of the newest row of each key, at version `at`."""
    rows = spark.sql(_newest(f"delta.`{location}` VERSION AS OF {at}", key)).toArrow().to_pylist()
    return [(str(row[key.column]), _as_json(row)) for row in rows]


def newest_changed(
    spark: "SparkSession", location: str, after: int, at: int, key: PrimaryKey
) -> list[tuple[str, dict[str, Any] | None]]:
    """Like `newest`, only for keys that changed after version `after`; None for keys without a row.

    Raises pyspark's errors if the changes are not kept from there on.
    """
    fed = f"table_changes_by_path('{location}', {after + 1}, {at})"
    changed = f"SELECT DISTINCT `{key.column}` AS _changed FROM {fed}"
    some = f"(SELECT t.* FROM delta.`{location}` VERSION AS OF {at} AS t JOIN ({changed}) ON `{key.column}` = _changed)"
    found = spark.sql(
        f"SELECT c._changed, r.* FROM ({changed}) AS c LEFT JOIN ({_newest(some, key)}) AS r "
        f"ON c._changed = r.`{key.column}`"
    )
    rows = [(row.pop("_changed"), row) for row in found.toArrow().to_pylist()]
    return [(str(changed), None if row[key.column] is None else _as_json(row)) for changed, row in rows]


def _newest(relation: str, key: PrimaryKey) -> str:
    order = ", ".join(f"`{column}` DESC" for column in key.times) or "1"
    ranked = f"SELECT *, row_number() OVER (PARTITION BY `{key.column}` ORDER BY {order}) AS _place FROM {relation}"
    return f"SELECT * EXCEPT (_place) FROM ({ranked}) WHERE _place = 1"


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: as_json(value) for name, value in row.items()}


def as_json(value: Any) -> Any:
    """A column's value for JSON: decimals as numbers, times in ISO 8601."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
