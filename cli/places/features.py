"""The published features of a version, as the file in which its servers look them up (`ml/server/online.py`)."""

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.warehouse import Warehouse, quoted, table_parts
from ml.server import feature_spec
from ml.server.feature_spec import FeatureSpec, LookUp

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.catalog import ColumnInfo

_SCHEMA = """
CREATE TABLE published (
    online_table TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (online_table, key)
) WITHOUT ROWID;
CREATE TABLE sources (
    online_table TEXT PRIMARY KEY, source_table TEXT NOT NULL, key_is_text INTEGER NOT NULL, published_at REAL NOT NULL
) WITHOUT ROWID;
"""
_WHOLE = ("BYTE", "SHORT", "INT", "LONG", "BIGINT", "SMALLINT", "TINYINT", "INTEGER")


def specification(model: Path) -> FeatureSpec | None:
    """The look-ups of the version in the folder; None if it has none. Raises CommandError for a damaged one."""
    try:
        return feature_spec.read(model)
    except feature_spec.SpecificationError as error:
        raise CommandError(f"the version cannot be exported: {error}") from error


def export(path: Path, spec: FeatureSpec, warehouse: Warehouse, client: "WorkspaceClient", event_time: str) -> int:
    """Write the newest row per key of each table that `spec` names, and return the number of rows.

    Raises CommandError for a column that is masked for the caller: its values would be exported as nulls.
    """
    rows = 0
    for table, look_ups in spec.by_table.items():
        is_text = key_is_text(table, client.tables.get(table).columns or [], look_ups)
        answer = warehouse.ask(newest_sql(table, look_ups, event_time)).rows
        found = ((str(key), json.loads(str(body))) for key, body in answer if key is not None)
        rows += write(path, table, found, key_is_text=is_text)
    return rows


def newest_sql(table: str, look_ups: Sequence[LookUp], event_time: str) -> str:
    """The statement that returns (key, JSON of the features) of the newest row per key. Nulls stay in the JSON."""
    key = quoted(look_ups[0].keys[0])
    columns = ", ".join(quoted(name) for name in sorted({look_up.column for look_up in look_ups}))
    newest = f"row_number() over (partition by {key} order by {quoted(event_time)} desc)"
    body = f"to_json(struct({columns}), map('ignoreNullFields', 'false'))"
    return (
        f"select cast({key} as string) as key, {body} as body from "
        f"(select *, {newest} as _place from {quoted(*table_parts(table))}) where _place = 1"
    )


def write(path: Path, table: str, rows: Iterable[tuple[str, Mapping[str, Any]]], *, key_is_text: bool) -> int:
    """Add the rows (key, features) of `table` to the file at `path`, and return their number.

    There is no write-ahead log, because a server may have the file on a read-only file system.
    """
    is_new = not path.exists()
    connection = sqlite3.connect(path)
    try:
        if is_new:
            connection.executescript(_SCHEMA)
        given = [(table, key, json.dumps(features)) for key, features in rows]
        connection.executemany("INSERT INTO published VALUES (?, ?, ?)", given)
        connection.execute("INSERT INTO sources VALUES (?, ?, ?, ?)", (table, table, int(key_is_text), time.time()))
        connection.commit()
    finally:
        connection.close()
    path.chmod(0o600)
    return len(given)


def key_is_text(table: str, listed: "Sequence[ColumnInfo]", look_ups: Sequence[LookUp]) -> bool:
    """Whether the key of `table` is text rather than a whole number. `listed`: its columns in Unity Catalog.

    Raises CommandError for columns that are masked or missing. Pure.
    """
    columns = {str(each.name): each for each in listed}
    key = look_ups[0].keys[0]
    wanted = {key, *(look_up.column for look_up in look_ups)}
    absent = sorted(wanted - set(columns))
    masked = sorted(name for name in wanted - set(absent) if columns[name].mask is not None)
    if absent:
        raise CommandError(f"{table} has no {', '.join(absent)}, which the version looks up: run the ingest job")
    if masked:
        raise CommandError(
            f"{table}: {', '.join(masked)} is masked, and would leave Databricks in clear text; a version that looks "
            "it up can only be served on Databricks"
        )
    return str(getattr(columns[key].type_name, "value", "")) not in _WHOLE
