"""The same online store in a PostgreSQL database: its two tables, with the columns of the SQLite file.

An address is libpq's URI without a password, such as `postgresql://reader@host/features?sslmode=verify-full`; libpq
takes the password from PGPASSWORD or from the file that PGPASSFILE names.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg2

from ml.server.errors import Refused
from ml.server.online import Published

_CONNECT_TIMEOUT_S = 5
_NEWEST = """
SELECT online_table, key_is_text, published_at FROM sources WHERE source_table = %s ORDER BY published_at DESC LIMIT 1
"""
_ROWS = "SELECT key, body FROM published WHERE online_table = %s AND key = ANY(%s)"
# Of this server a moment ago: a database that was restarted has ended the connection.
_ENDED = (psycopg2.OperationalError, psycopg2.InterfaceError)

Result = TypeVar("Result")


class PostgresStore:
    """Reads the tables. Safe to use from threads: each has a connection of its own."""

    # Others' requests need not wait for the network.
    waits = True

    def __init__(self, address: str) -> None:
        """Raises OperationalError if the database cannot be reached or refuses."""
        self._address = address
        self._local = threading.local()
        self._connected()

    def published(self, source_table: str) -> Published | None:
        """What was published last from `source_table`; None if nothing was. Raises Refused 503 if nobody answers."""
        found = self._asked(_NEWEST, (source_table,))
        return next((Published(online_table=row[0], key_is_text=row[1], published_at=row[2]) for row in found), None)

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The rows of those `keys` that are there, by key. Raises Refused 503 if nobody answers."""
        return {key: json.loads(body) for key, body in self._asked(_ROWS, (online_table, list(keys)))}

    def _asked(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The rows of a query; asked once more, on a new connection, if the one at hand has ended."""

        def ask() -> list[tuple[Any, ...]]:
            with self._connected().cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())

        return self._again(ask)

    def _again(self, ask: Callable[[], Result]) -> Result:
        try:
            return ask()
        except _ENDED:
            self._local.connection = None
        try:
            return ask()
        except _ENDED as error:
            self._local.connection = None
            message = "The online store cannot be reached: try again later, or send the features."
            raise Refused(503, "TEMPORARILY_UNAVAILABLE", message) from error

    def _connected(self) -> Any:
        held = getattr(self._local, "connection", None)
        if held is None:
            held = psycopg2.connect(self._address, connect_timeout=_CONNECT_TIMEOUT_S, application_name="scoring")
            # Each look-up sees what is published then.
            held.set_session(readonly=True, autocommit=True)
            self._local.connection = held
        return held
