"""Running a checked statement on the Spark Connect server."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.services.sql import values

ROW_LIMIT = 10_000
_ERROR_CLASS = re.compile(r"\[(?P<code>[A-Z][A-Z0-9_.]+)\]")


@dataclass(frozen=True, kw_only=True)
class Result:
    """Columns (name, Spark type) and rows of text. `truncated` when there were more rows than the limit."""

    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Sequence[str | None]]
    truncated: bool = False


def plan(cloud: Cloud, sql: str) -> str:
    """What Spark's EXPLAIN EXTENDED says of `sql`; nothing of it runs."""
    session = _session(cloud)
    try:
        return str(session.sql(f"EXPLAIN EXTENDED {sql}").toArrow().column(0)[0].as_py())
    except Exception as error:
        raise _as_api_error(cloud, error) from error


def run(cloud: Cloud, sql: str, tag: str, row_limit: int = ROW_LIMIT) -> Result:
    """Run `sql`, which must have been checked. Raises `ApiError` 400 with Spark's error class."""
    session = _session(cloud)
    session.addTag(tag)
    try:
        frame = session.sql(sql)
        columns = tuple((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
        # Arrow keeps time zones; `collect` would turn timestamps into this machine's local time.
        table = frame.limit(row_limit + 1).toArrow() if columns else None
    except Exception as error:
        raise _as_api_error(cloud, error) from error
    finally:
        session.removeTag(tag)
    if table is None:
        return Result(columns=(), rows=[])
    cells = [column.to_pylist(maps_as_pydicts="strict") for column in table.slice(0, row_limit).columns]
    kinds = [kind for _, kind in columns]
    rows = [
        tuple(values.text(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in zip(*cells, strict=True)
    ]
    return Result(columns=columns, rows=rows, truncated=table.num_rows > row_limit)


@contextmanager
def names_in_errors(locations: Mapping[str, str]) -> Iterator[None]:
    """Errors inside say the tables' names (the keys) in the place of their locations."""
    try:
        yield
    except ApiError as error:
        message = error.message
        for name, location in sorted(locations.items(), key=lambda each: -len(each[1])):
            path = rf"(?:file:)?{re.escape(location)}"
            message = re.sub(rf"(?:`?spark_catalog`?\.)?`?delta`?\.`{path}`|{path}", name, message)
        raise ApiError(error.status, error.error_code, message) from error


def cancel(cloud: Cloud, tag: str) -> None:
    """Interrupt the statement that runs under `tag`, if any."""
    session = cloud.parts.get("spark_session")
    if session is not None:
        session[1].interruptTag(tag)


def _session(cloud: Cloud) -> Any:
    """One session for all statements: none of those that are allowed changes a session.

    pyspark is imported here because it takes a second, which the start of the local cloud need not wait for.
    """
    if not cloud.spark_remote:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The Spark server is not running yet.")
    with cloud.lock:
        found = cloud.parts.get("spark_session")
        if found is None or found[0] != cloud.spark_remote:
            from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415

            session = SparkSession.builder.remote(cloud.spark_remote).create()
            # Without this, `${env:NAME}` in a statement's text would be replaced after it was checked.
            session.conf.set("spark.sql.variable.substitute", "false")
            session.conf.set("spark.sql.session.timeZone", "UTC")
            # A plan says all of its relations and functions, however many columns there are.
            session.conf.set("spark.sql.debug.maxToStringFields", "1000000")
            found = (cloud.spark_remote, session)
            cloud.parts["spark_session"] = found
    return found[1]


def _as_api_error(cloud: Cloud, error: Exception) -> ApiError:
    # What follows the first line is the plan and a stack trace, which name this machine's paths.
    message = str(error).strip().split("\n", maxsplit=1)[0]
    if "INVALID_HANDLE" in message or "UNAVAILABLE" in message:
        with cloud.lock:
            cloud.parts.pop("spark_session", None)
    found = _ERROR_CLASS.search(message)
    condition = getattr(error, "getCondition", lambda: None)() or (found["code"] if found else None)
    return ApiError(400, condition or type(error).__name__, message)
