"""`Store`: JSON documents in one SQLite file, shared by all threads, safe against `kill -9`."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from localcloud.kernel.errors import not_found

Document = dict[str, Any]
_T = TypeVar("_T")
# Enough for all active principals and their workspaces.
_MOST_DERIVED = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
# Python writes NaN, which SQLite cannot parse: such a document counts as one without fields.
_FIELD = "CASE WHEN json_valid(body) THEN json_extract(body, ?) END"


class Store:
    """Documents addressed by `(kind, key)`. Every write is durable when the call returns.

    One connection behind a re-entrant lock: writes are small, and readers never see an incomplete transaction. The
    write-ahead log keeps the file consistent if the process is killed.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._changes: Counter[str] = Counter()
        self._undone = 0
        self._derived: dict[tuple[tuple[str, ...], Hashable], tuple[tuple[int, ...], Any]] = {}
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        path.chmod(0o600)

    def get(self, kind: str, key: str) -> Document | None:
        """The document, or None. Changing the returned value does not change the stored one."""
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        return None if row is None else _parse(row[0])

    def require(self, kind: str, key: str) -> Document:
        """The document. Raises `ApiError` 404 RESOURCE_DOES_NOT_EXIST if there is none."""
        found = self.get(kind, key)
        if found is None:
            raise not_found(f"{kind.replace('_', ' ').capitalize()} '{key}' does not exist.")
        return found

    def put(self, kind: str, key: str, body: Document) -> None:
        """Create or replace the document; a replaced one keeps its place in `all`."""
        with self._lock:
            self._changes[kind] += 1
            self._connection.execute(
                "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(body)),
            )

    def delete(self, kind: str, key: str) -> None:
        """Remove the document, if it exists."""
        with self._lock:
            self._changes[kind] += 1
            self._connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str) -> list[Document]:
        """Every document of a kind, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT body FROM documents WHERE kind = ? ORDER BY rowid", (kind,)
            ).fetchall()
        return [_parse(row[0]) for row in rows]

    def having(self, kind: str, **fields: str | int) -> list[Document]:
        """The documents of a kind with these values in these fields, oldest first. Only matches are parsed whole."""
        where, given = _where(kind, fields)
        with self._lock:
            rows = self._connection.execute(
                f"SELECT body FROM documents WHERE {where} ORDER BY rowid", given
            ).fetchall()
        return [_parse(row[0]) for row in rows]

    def count(self, kind: str, **fields: str | int) -> int:
        """The number of documents of a kind with these values in these fields."""
        where, given = _where(kind, fields)
        with self._lock:
            row = self._connection.execute(f"SELECT count(*) FROM documents WHERE {where}", given).fetchone()
        return int(row[0])

    def newest(self, kind: str, *, most: int, skipped: int = 0, **fields: str | int) -> list[Document]:
        """At most `most` documents of a kind with these values in these fields, newest first, after `skipped` others.

        Only the returned documents are parsed whole: for pages of long lists.
        """
        where, given = _where(kind, fields)
        wanted = f"SELECT rowid FROM documents WHERE {where} ORDER BY rowid DESC LIMIT ? OFFSET ?"
        with self._lock:
            rows = self._connection.execute(
                f"SELECT body FROM documents WHERE rowid IN ({wanted}) ORDER BY rowid DESC", (*given, most, skipped)
            ).fetchall()
        return [_parse(row[0]) for row in rows]

    def newest_by(self, kind: str, field: str) -> list[Document]:
        """The newest document of a kind for each value of `field`."""
        wanted = f"SELECT max(rowid) FROM documents WHERE kind = ? GROUP BY {_FIELD}"
        with self._lock:
            rows = self._connection.execute(
                f"SELECT body FROM documents WHERE rowid IN ({wanted})", (kind, f"$.{field}")
            ).fetchall()
        return [_parse(row[0]) for row in rows]

    def next_id(self, kind: str) -> int:
        """1, 2, 3, … per kind; a number is never reused, not even after a delete or a restart."""
        with self._lock:
            row = self._connection.execute(
                "INSERT INTO counters (kind, value) VALUES (?, 1)"
                " ON CONFLICT (kind) DO UPDATE SET value = value + 1 RETURNING value",
                (kind,),
            ).fetchone()
        return int(row[0])

    def derived(self, kinds: tuple[str, ...], key: Hashable, make: Callable[[], _T]) -> _T:
        """The result of `make` on documents of these kinds, cached until one of them changes.

        Callers must not change it. Only this process writes the file, so it knows of every change.
        """
        with self._lock:
            now = (self._undone, *(self._changes[kind] for kind in kinds))
            kept = self._derived.get((kinds, key))
            if kept is None or kept[0] != now:
                if len(self._derived) >= _MOST_DERIVED:
                    self._derived.clear()
                kept = self._derived[kinds, key] = (now, make())
        made: _T = kept[1]
        return made

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen, or none if the block raises. Other threads wait; transactions may be nested."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                    self._undone += 1
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def close(self) -> None:
        """Close the file. The store is unusable afterwards."""
        with self._lock:
            self._connection.close()


def _where(kind: str, fields: Mapping[str, str | int]) -> tuple[str, list[str | int]]:
    """A condition, and the values of its question marks."""
    conditions = ["kind = ?", *(f"{_FIELD} = ?" for _ in fields)]
    return " AND ".join(conditions), [kind, *(part for name, value in fields.items() for part in (f"$.{name}", value))]


def _parse(text: str) -> Document:
    parsed: Document = json.loads(text)
    return parsed
