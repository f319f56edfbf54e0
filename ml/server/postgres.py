"""The same online store in a PostgreSQL database: its two tables, with the columns of the SQLite file.

An address is libpq's URI without a password, such as `postgresql://reader@host/features?sslmode=verify-full`; libpq
takes the password from PGPASSWORD or from the file that PGPASSFILE names.

One time limit covers a look-up and its connection. If the database is down, the next attempt comes after a pause; until
then, look-ups are refused at once, so that no thread waits in vain.
"""

import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2

from ml.server.errors import first_line, unavailable
from ml.server.lookups import LIMIT_S
from ml.server.online import Published
from ml.server.waiting import SilentError, until_ready

# The database ends a query after its limit and reports that; a database that does not even report is down.
_GRACE_S = 0.5
# Pause before the next connection after the database could not be reached.
PAUSE_S = 1.0
# A database is back within a minute after a restart or a failover.
_START_PATIENCE_S = 60.0
_NEWEST = """
SELECT online_table, key_is_text, published_at FROM sources WHERE source_table = %s ORDER BY published_at DESC LIMIT 1
"""
_ROWS = "SELECT key, body FROM published WHERE online_table = %s AND key = ANY(%s)"
# Each look-up sees the current publication; the database ends a query that no client waits for.
_SETTINGS = "SET default_transaction_read_only = on; SET statement_timeout = %s"
# The connection was valid a moment ago: a restarted database has ended it.
_ENDED = (psycopg2.OperationalError, psycopg2.InterfaceError)


class PostgresStore:
    """Reads the tables. Thread-safe: each thread has its own connection."""

    # Look-ups wait on the network, so they run in threads and do not block other requests.
    waits = True

    def __init__(self, address: str, *, limit_s: float = LIMIT_S, patience_s: float = _START_PATIENCE_S) -> None:
        """Waits up to `patience_s` for the database. Raises OperationalError if it stays down or refuses."""
        self._address, self._limit_s = address, limit_s
        self._local = threading.local()
        self._away_until_s = 0.0
        give_up_s = time.monotonic() + patience_s
        while True:
            try:
                self._local.connection = self._connected(time.monotonic() + limit_s)
            except psycopg2.OperationalError as error:
                if time.monotonic() + PAUSE_S > give_up_s:
                    raise
                print(f"the online store is away: {first_line(error)}", file=sys.stderr, flush=True)
                time.sleep(PAUSE_S)
            else:
                return

    def published(self, source_table: str) -> Published | None:
        """The newest published form of `source_table`, or None. Raises Refused 503 if the database does not answer."""
        found = self._asked(_NEWEST, (source_table,))
        return next((Published(online_table=row[0], key_is_text=row[1], published_at=row[2]) for row in found), None)

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The rows of the existing `keys`, by key. Raises Refused 503 if the database does not answer."""
        return {key: json.loads(body) for key, body in self._asked(_ROWS, (online_table, list(keys)))}

    def _asked(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The rows of a query; retried once on a new connection if the current one has ended."""
        deadline_s = time.monotonic() + self._limit_s + _GRACE_S
        try:
            held = getattr(self._local, "connection", None)
            if held is not None and (found := self._on(held, statement, values, deadline_s)) is not None:
                return found
            if time.monotonic() < self._away_until_s:
                raise unavailable("The online store cannot be reached", PAUSE_S)
            self._local.connection = self._connected(deadline_s)
            found = self._on(self._local.connection, statement, values, deadline_s)
        except psycopg2.extensions.QueryCanceledError as error:
            raise unavailable("The online store takes too long", PAUSE_S) from error
        except _ENDED as error:
            self._drop()
            self._away_until_s = time.monotonic() + PAUSE_S
            raise unavailable("The online store cannot be reached", PAUSE_S) from error
        if found is None:
            raise unavailable("The online store ends its connections", PAUSE_S)
        return found

    def _on(
        self, connection: Any, statement: str, values: tuple[Any, ...], deadline_s: float
    ) -> list[tuple[Any, ...]] | None:
        """The rows of a query; None if the connection has ended. Raises SilentError, QueryCanceledError."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                until_ready(connection, deadline_s)
                return list(cursor.fetchall())
        except (SilentError, psycopg2.extensions.QueryCanceledError):
            raise
        except _ENDED:
            self._drop()
            return None

    def _drop(self) -> None:
        held, self._local.connection = getattr(self._local, "connection", None), None
        if held is not None:
            held.close()

    def _connected(self, deadline_s: float) -> Any:
        made = psycopg2.connect(self._address, application_name="scoring", async_=1)
        until_ready(made, deadline_s)
        with made.cursor() as cursor:
            cursor.execute(_SETTINGS, (int(self._limit_s * 1000),))
            until_ready(made, deadline_s)
        return made
