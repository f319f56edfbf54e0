"""Published rows in SQLite, by table and key, for look-ups within microseconds.

Only scoring servers read this file (`ml/server/online.py`), so its two tables are a contract with them.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS published (
    online_table TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (online_table, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (
    online_table TEXT PRIMARY KEY, source_table TEXT NOT NULL, key_is_text INTEGER NOT NULL, published_at REAL NOT NULL
) WITHOUT ROWID;
"""


class OnlineRows:
    """One row per online table and key; a row is a dictionary of column to value. Safe to use from threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(_SCHEMA)
        path.chmod(0o600)

    def replace(self, online_table: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
        """Replace all rows of the table with `rows` (key, row) in one transaction; returns their number."""
        encoded = [(online_table, key, json.dumps(row)) for key, row in rows]
        with self._at_once():
            self._connection.execute("DELETE FROM published WHERE online_table = ?", (online_table,))
            self._connection.executemany("INSERT INTO published VALUES (?, ?, ?)", encoded)
        return len(encoded)

    def change(self, online_table: str, rows: Iterable[tuple[str, Mapping[str, Any] | None]]) -> int:
        """Replace each of `rows` (key, row) in one transaction; None removes the key. Returns the number of rows."""
        given = list(rows)
        put = [(online_table, key, json.dumps(row)) for key, row in given if row is not None]
        with self._at_once():
            gone = [(online_table, key) for key, row in given if row is None]
            self._connection.executemany("DELETE FROM published WHERE online_table = ? AND key = ?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO published VALUES (?, ?, ?)", put)
            counted = self._connection.execute("SELECT count(*) FROM published WHERE online_table = ?", (online_table,))
            return int(counted.fetchone()[0])

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """One transaction, by one thread at a time."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def announce(self, online_table: str, source_table: str, *, key_is_text: bool, published_at: float) -> None:
        """Record that `source_table` is looked up in `online_table`, if that was published last. Seconds since 1970."""
        row = (online_table, source_table, int(key_is_text), published_at)
        with self._at_once():
            self._connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)", row)

    def delete(self, online_table: str) -> None:
        """Remove a table, with all its rows."""
        with self._at_once():
            self._connection.execute("DELETE FROM sources WHERE online_table = ?", (online_table,))
            self._connection.execute("DELETE FROM published WHERE online_table = ?", (online_table,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
