"""Published tables: documents in the store, rows in SQLite."""

import uuid
from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.serving.online import source
from localcloud.services.serving.online.rows import OnlineRows

KIND = "online_table"


class OnlineTables:
    """The online tables of one local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._rows = _open(cloud)

    @property
    def file(self) -> Path:
        """The SQLite file of all rows, which scoring servers read."""
        return self._rows.file

    def published(self, table: str) -> str | None:
        """The online table last published from source `table`; None if it has no rows yet."""
        found = [
            document
            for document in self._cloud.store.all(KIND)
            if document["source_table_name"] == table and is_published(document)
        ]
        newest = max(found, key=lambda document: float(document["published_at"]), default=None)
        return str(newest["name"]) if newest else None

    def copy(self, table: Document, online_table: str, *, now: float) -> None:
        """Copy the newest row of each key of `table` (a Unity Catalog document) into the online table.

        A table that did not change since is not read again, and of one that is not copied by SNAPSHOT only keys that
        changed are. The key is the one that the online table was declared with, or the source's. Raises `ApiError` 400
        without any, or without the change data feed that copying changes needs.
        """
        declared_key = (self._cloud.store.get(KIND, online_table) or {}).get("primary_key")
        key = source.key_of(declared_key) if declared_key else source.primary_key(table)
        location = table["storage_location"]
        with source.session(self._cloud) as spark:
            by_difference = self._mode(online_table) != "SNAPSHOT"
            if by_difference and not source.keeps_changes(spark, location):
                raise bad_request(
                    f"Table '{table['full_name']}' has no change data feed, which publish modes TRIGGERED and "
                    "CONTINUOUS need: set its property delta.enableChangeDataFeed to true, or publish by SNAPSHOT."
                )
            version = source.version(spark, location)
            before = self._copied(online_table, table["id"], key.column)
            if before is not None and before[0] == version:
                what, count = "nothing", before[1]
            elif before is not None and by_difference:
                changed = source.newest_changed(spark, location, before[0], version, key)
                what, count = "changes", self._rows.change(online_table, changed)
            else:
                rows = source.newest(spark, location, version, key)
                what, count = "all", self._rows.replace(online_table, rows)
        copied = {
            "copied": what,
            "source_table_id": table["id"],
            "source_version": version,
            "key": key.column,
            "key_is_text": key.is_text,
            "rows": count,
            "published_at": now,
        }
        self._note(online_table, copied)

    def _note(self, online_table: str, copied: Document) -> None:
        """Record the copy, unless the online table was deleted meanwhile."""
        with self._cloud.store.transaction():
            current = self._cloud.store.get(KIND, online_table)
            if current is not None:
                self._cloud.store.put(KIND, online_table, {**current, **copied})
                _announce(self._rows, {**current, **copied})

    def _mode(self, online_table: str) -> str:
        """The publishing mode; a synced table is always copied completely."""
        current = self._cloud.store.get(KIND, online_table) or {}
        return str(current.get("publish_mode", "SNAPSHOT"))

    def _copied(self, online_table: str, table_id: str, key: str) -> tuple[int, int] | None:
        """The source version that was copied last by that key, and its number of rows; None if there is none."""
        current = self._cloud.store.get(KIND, online_table)
        if current is None or current["rows"] is None:
            return None
        if (current["source_table_id"], current["key"]) != (table_id, key):
            return None
        return int(current["source_version"]), int(current["rows"])

    def delete(self, online_table: str) -> None:
        """Delete an online table with its rows."""
        self._cloud.store.delete(KIND, online_table)
        self._rows.delete(online_table)


def declared(current: Document | None, *, name: str, source_table: str, store: Document, mode: str) -> Document:
    """The document of an online table published to `store`, before it has rows. Pure except for its id."""
    empty: Document = {"rows": None, "published_at": None, "pipeline_id": str(uuid.uuid4())}
    return {
        **(current or empty),
        "name": name,
        "source_table_name": source_table,
        "online_store": store["name"],
        "workspace": store["workspace"],
        "publish_mode": mode,
    }


def is_published(document: Document) -> bool:
    """Whether features can be looked up in an online table: it has rows, and is not a synced table.

    Model Serving looks features up in what was published to an online store.
    """
    return document["rows"] is not None and "spec" not in document


def _announce(rows: OnlineRows, document: Document) -> None:
    if is_published(document):
        rows.announce(
            document["name"],
            document["source_table_name"],
            key_is_text=document["key_is_text"],
            published_at=float(document["published_at"]),
        )


def _open(cloud: Cloud) -> OnlineRows:
    """One connection per cloud. Information missing in an older file is taken from the documents."""
    with cloud.lock:
        found = cloud.parts.get("online_rows")
        if not isinstance(found, OnlineRows):
            found = OnlineRows(cloud.home / "online.db")
            for document in cloud.store.all(KIND):
                _announce(found, document)
            cloud.parts["online_rows"] = found
    return found
