"""The online store for feature look-up: a SQLite file that others publish to and this server only reads.

sources    (source_table, online_table, key_is_text, published_at)   each published table, its source, and the time
published  (online_table, key, body)                                 one row per key; `body` is JSON
"""

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# SQLite's default limit is 32,766 parameters per statement.
_KEYS_AT_ONCE = 10_000
_NEWEST = """
SELECT online_table, key_is_text, published_at FROM sources WHERE source_table = ? ORDER BY published_at DESC LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Published:
    """The published form of a feature table. `published_at`: time of the copy, in seconds since 1970."""

    online_table: str
    key_is_text: bool
    published_at: float


class OnlineStore:
    """Reads the file. Thread-safe: each thread has its own connection."""

    # A look-up takes microseconds: less than switching to another thread.
    waits = False

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError if the file does not exist."""
        if not path.is_file():
            raise FileNotFoundError(f"there is no online store {path}: publish the features first")
        self._address = f"{path.resolve().as_uri()}?mode=ro"
        self._local = threading.local()

    def published(self, source_table: str) -> Published | None:
        """The newest published form of `source_table`; None if it was never published."""
        found = self._connection().execute(_NEWEST, (source_table,)).fetchone()
        return found and Published(online_table=found[0], key_is_text=bool(found[1]), published_at=float(found[2]))

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The rows of the existing `keys`, by key."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            statement = f"SELECT key, body FROM published WHERE online_table = ? AND key IN ({marks})"
            rows = self._connection().execute(statement, (online_table, *some))
            found.update((key, json.loads(body)) for key, body in rows)
        return found

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = sqlite3.connect(self._address, uri=True, isolation_level=None, timeout=30)
            self._local.connection = held
        return held
