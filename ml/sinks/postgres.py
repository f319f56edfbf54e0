"""Predictions into a PostgreSQL table, each batch in one transaction.

The transaction records the batch in `mlops_batches`, beside the table; a recorded batch is not written again. Rows come
from Spark in pieces, go by COPY into a temporary table, and from there by event id into the real table.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ml.declarations import Column, Table
from ml.sinks import entra
from ml.sinks.copy_text import Lines
from ml.sinks.sink import EVENT_ID, TIME_FORMAT, Batch, SinkAwayError, event_id

_TYPES = {
    "string": "text",
    "int": "integer",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp with time zone",
}
_CONNECT_TIMEOUT_S = 10
# The server answers and refuses: a retry would be refused too. libpq gives no error code before it is connected.
_REFUSED = ("authentication failed", "does not exist", "no pg_hba.conf entry", "certificate", "not support SSL")


class PostgresSink:
    """The table `schema.table` of a database; `secrets`: the declared ones."""

    def __init__(self, table: Table, into: str, secrets: Mapping[str, str], *, encrypted: bool) -> None:
        self._table, self._into, self._secrets, self._encrypted = table, into, dict(secrets), encrypted
        schema, name = into.split(".")
        self._target, self._batches = sql.Identifier(schema, name), sql.Identifier(schema, "mlops_batches")

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Upsert the rows and record the batch, both or neither; nothing if it is already recorded."""
        with self._transaction() as cursor:
            self._prepare(cursor)
            if self._noted(cursor, batch):
                self._copy(cursor, rows)
                self._upsert(cursor)

    def forget(self, rows: DataFrame) -> None:
        """Delete the rows that exist."""
        ids = [row[EVENT_ID] for row in rows.select(event_id(self._table).alias(EVENT_ID)).collect()]
        with self._transaction() as cursor:
            self._prepare(cursor)
            deleted = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(self._target, sql.Identifier(EVENT_ID))
            cursor.execute(deleted, (ids,))

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """A cursor in one transaction: everything or nothing is committed."""
        try:
            with closing(self._connected()) as connection, connection, connection.cursor() as cursor:
                yield cursor
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            told = str(error).strip()
            if any(word in told for word in _REFUSED):
                raise
            raise SinkAwayError(f"table {self._into!r} cannot be written: {told}") from error

    def _connected(self) -> Any:
        mode = (
            {"sslmode": "verify-full", "sslrootcert": DEFAULT_CA_BUNDLE_PATH}
            if self._encrypted
            else {"sslmode": "disable"}
        )
        secrets = self._secrets
        # Without a password in the scope, log in with an Entra token, new for each batch.
        password = secrets["password"] if "password" in secrets else entra.token(secrets)
        return psycopg2.connect(
            host=secrets["host"],
            port=secrets["port"],
            dbname=secrets["database"],
            user=secrets["user"],
            password=password,
            connect_timeout=_CONNECT_TIMEOUT_S,
            keepalives_idle=_CONNECT_TIMEOUT_S,
            application_name="mlops",
            client_encoding="UTF8",
            **mode,
        )

    def _prepare(self, cursor: Any) -> None:
        """Create both tables and newly declared columns. One writer of a table at a time."""
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (self._into,))
        columns = sql.SQL(", ").join(_declared(column) for column in self._table.columns)
        known = self._known(cursor)
        if not known:
            cursor.execute(
                sql.SQL("CREATE TABLE {} ({} text PRIMARY KEY, {})").format(
                    self._target, sql.Identifier(EVENT_ID), columns
                )
            )
        for column in self._table.columns:
            if known and column.name not in known:
                cursor.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(self._target, _declared(column)))
        schema, name = self._batches.strings
        cursor.execute("SELECT to_regclass(%s) IS NULL", (f'"{schema}"."{name}"',))
        if cursor.fetchone()[0]:
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {} (stream text, batch bigint, written_at timestamptz DEFAULT now(), "
                    "PRIMARY KEY (stream, batch))"
                ).format(self._batches)
            )

    def _known(self, cursor: Any) -> set[str]:
        schema, name = self._target.strings
        asked = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        cursor.execute(asked, (schema, name))
        return {row[0] for row in cursor.fetchall()}

    def _noted(self, cursor: Any, batch: Batch) -> bool:
        """Record the batch. False if it was recorded before."""
        noted = sql.SQL("INSERT INTO {} (stream, batch) VALUES (%s, %s) ON CONFLICT DO NOTHING").format(self._batches)
        cursor.execute(noted, (batch.stream, batch.number))
        return bool(cursor.rowcount)

    def _copy(self, cursor: Any, rows: DataFrame) -> None:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE arriving (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP").format(self._target)
        )
        copied = sql.SQL("COPY arriving ({}) FROM STDIN").format(self._names)
        cursor.copy_expert(copied, Lines(self._texts(rows)))

    def _texts(self, rows: DataFrame) -> Iterator[tuple[str | None, ...]]:
        """The rows as text, piece by piece: only one piece is in memory."""
        named = rows.withColumn(EVENT_ID, event_id(self._table))
        texts = [F.col(EVENT_ID), *(_text(column) for column in self._table.columns)]
        yield from map(tuple, named.select(*texts).toLocalIterator())

    def _upsert(self, cursor: Any) -> None:
        updates = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column.name)) for column in self._table.columns
        )
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM arriving ON CONFLICT ({}) DO UPDATE SET {}").format(
                self._target, self._names, self._names, sql.Identifier(EVENT_ID), updates
            )
        )

    @property
    def _names(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, (EVENT_ID, *(column.name for column in self._table.columns))))


def _declared(column: Column) -> sql.Composed:
    """The column definition; all are nullable, so that a later declared column can be added."""
    return sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(_TYPES[column.type]))


def _text(column: Column) -> Any:
    """A value in a spelling that both sides share; times in UTC, to the microsecond."""
    if column.type == "timestamp":
        return F.date_format(F.col(column.name), TIME_FORMAT).alias(column.name)
    return F.col(column.name).cast("string").alias(column.name)
