"""Runs checked statements on the Spark Connect server."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.services.sql import frames
from localcloud.services.sql.limits import Limits
from localcloud.services.sql.results import Result
from localcloud.spark.sessions import new_session

if TYPE_CHECKING:
    import pyarrow as pa

_ERROR_CLASS = re.compile(r"\[(?P<code>[A-Z][A-Z0-9_.]+)\]")


def plan(cloud: Cloud, sql: str, parameters: Mapping[str, Any]) -> str:
    """The output of Spark's EXPLAIN EXTENDED for `sql`, which is not run."""
    session = _session(cloud)
    try:
        return str(session.sql(f"EXPLAIN EXTENDED {sql}", dict(parameters)).toArrow().column(0)[0].as_py())
    except Exception as error:
        raise _as_api_error(cloud, error) from error


def run(cloud: Cloud, sql: str, tag: str, limits: Limits, parameters: Mapping[str, Any] | None = None) -> Result:
    """Run `sql`, which was checked before. Raises `ApiError` 400 with Spark's error class, or for its size."""
    session = _session(cloud)
    session.addTag(tag)
    try:
        frame = session.sql(sql, dict(parameters or {}))
        columns = tuple((field.name, field.dataType.simpleString()) for field in frame.schema.fields)
        if not columns:
            return Result(columns=(), table=None)
        frame = frames.with_texts(frame)
        if limits.rows is not None:
            frame = frame.limit(limits.rows + 1)
        table, cut = _fetch(frame, limits)
        if cut:
            session.interruptTag(tag)
    except ApiError:
        session.interruptTag(tag)
        raise
    except Exception as error:
        raise _as_api_error(cloud, error) from error
    finally:
        session.removeTag(tag)
    table = table.rename_columns([name for name, _ in columns])
    kept = table if limits.rows is None else table.slice(0, limits.rows)
    return Result(columns=columns, table=kept, truncated=cut or kept.num_rows < table.num_rows)


def typed(cloud: Cloud, values: Mapping[str, tuple[str, str | None]]) -> dict[str, Any]:
    """Literals of parameters, given as (type, text): the text cast by Spark. Raises `ApiError` 400."""
    if not values:
        return {}
    from pyspark.sql.connect.column import Column  # noqa: PLC0415
    from pyspark.sql.connect.expressions import LiteralExpression  # noqa: PLC0415

    casts = ", ".join(f"CAST(:{name} AS {kind}) AS {name}" for name, (kind, _) in values.items())
    try:
        frame = _session(cloud).sql(f"SELECT {casts}", {name: text for name, (_, text) in values.items()})
        row = frame.collect()[0]
        return {field.name: Column(LiteralExpression(row[field.name], field.dataType)) for field in frame.schema.fields}
    except Exception as error:
        raise _as_api_error(cloud, error) from error


@contextmanager
def names_in_errors(locations: Mapping[str, str]) -> Iterator[None]:
    """Within the block, errors contain the tables' names (the keys) instead of their locations."""
    try:
        yield
    except ApiError as error:
        raise ApiError(error.status, error.error_code, named(error.message, locations)) from error


def named(text: str, locations: Mapping[str, str]) -> str:
    """`text` with the tables' names (the keys) instead of their locations."""
    for name, location in sorted(locations.items(), key=lambda each: -len(each[1])):
        path = rf"(?:file:)?{re.escape(location)}"
        text = re.sub(rf"(?:`?spark_catalog`?\.)?`?delta`?\.`{path}`|{path}", name, text)
    return text


def cancel(cloud: Cloud, tag: str) -> None:
    """Interrupt the statement that runs under `tag`, if any."""
    session = cloud.parts.get("spark_session")
    if session is not None:
        session[1].interruptTag(tag)


def _fetch(frame: Any, limits: Limits) -> tuple["pa.Table", bool]:
    """The rows until there are too many bytes: then an error, or a cut result if the caller set a limit.

    `DataFrame.toArrow` would hold everything first, and `toLocalIterator` turns times into this machine's local time.
    """
    import pyarrow as pa  # noqa: PLC0415

    schema = frames.arrow_schema(frame)
    client, query = frame.sparkSession.client, frame._plan
    parts: list[pa.Table] = []
    held = 0
    for part in client.to_table_as_iterator(query.to_proto(client), query.observations):
        if not isinstance(part, pa.Table):
            continue
        held += part.nbytes
        if held > limits.most_bytes:
            limits.require(held)
            return _joined([*parts, limits.trimmed(part, held)], schema), True
        parts.append(part)
    return _joined(parts, schema), False


def _joined(parts: "list[pa.Table]", schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415

    return pa.concat_tables([part.cast(schema) for part in parts]) if parts else schema.empty_table()


def _session(cloud: Cloud) -> Any:
    """One session for all statements: no allowed statement changes a session."""
    if not cloud.spark_remote:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The Spark server is not running yet.")
    with cloud.lock:
        found = cloud.parts.get("spark_session")
        if found is None or found[0] != cloud.spark_remote:
            session = new_session(cloud.spark_remote)
            # Without this, `${env:NAME}` in a statement's text would be replaced after it was checked.
            session.conf.set("spark.sql.variable.substitute", "false")
            session.conf.set("spark.sql.session.timeZone", "UTC")
            # A plan says all of its relations and functions, however many columns there are.
            session.conf.set("spark.sql.debug.maxToStringFields", "1000000")
            # A path that is cut short would not be known, and so not be named as its table.
            session.conf.set("spark.sql.maxMetadataStringLength", "1000000")
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
