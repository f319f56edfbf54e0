"""Where published tables are found and put: documents in the store, rows beside it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.serving.online import source
from localcloud.services.serving.online.rows import OnlineRows

KIND = "online_table"


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """One online table: its key, and how to read it."""

    name: str
    key: str
    key_is_text: bool
    rows: OnlineRows

    def read(self, keys: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The rows of those `keys` that are there, by key."""
        return self.rows.read(self.name, keys)


class OnlineShelf:
    """The online tables of one local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._rows = _open(cloud)

    def published(self, table: str) -> PublishedTable | None:
        """The online table that was published last from source `table`; None where there is none."""
        found = [d for d in self._cloud.store.all(KIND) if d["source_table_name"] == table]
        if not found:
            return None
        newest = max(found, key=lambda document: float(document["published_at"]))
        return PublishedTable(
            name=newest["name"], key=newest["key"], key_is_text=newest["key_is_text"], rows=self._rows
        )

    def publish(self, table: Document, online_table: str, store_name: str, mode: str, *, now: float) -> Document:
        """Copy the newest row of every key of `table` (a Unity Catalog document). The online table's document.

        A table that did not change since is not read again. Raises `ApiError` 400 without a primary key.
        """
        key = source.primary_key(table)
        location = table["storage_location"]
        current = self._cloud.store.get(KIND, online_table)
        with source.session(self._cloud) as spark:
            version = source.version(spark, location)
            same = current is not None and _origin(current) == (table["id"], version, key.column)
            count = current["rows"] if same and current else None
            if count is None:
                count = self._rows.replace(online_table, source.newest(spark, location, version, key))
        document = {
            "name": online_table,
            "source_table_name": table["full_name"],
            "source_table_id": table["id"],
            "source_version": version,
            "online_store": store_name,
            "publish_mode": mode,
            "key": key.column,
            "key_is_text": key.is_text,
            "rows": count,
            "published_at": now,
            "pipeline_id": (current or {}).get("pipeline_id") or str(uuid.uuid4()),
            "owner": (current or {}).get("owner"),
        }
        self._cloud.store.put(KIND, online_table, document)
        return document

    def delete(self, online_table: str) -> None:
        """Forget an online table with its rows."""
        self._cloud.store.delete(KIND, online_table)
        self._rows.delete(online_table)


def _origin(document: Document) -> tuple[str, int, str]:
    return document["source_table_id"], document["source_version"], document["key"]


def _open(cloud: Cloud) -> OnlineRows:
    """One connection per cloud."""
    with cloud.lock:
        found = cloud.parts.get("online_rows")
        if not isinstance(found, OnlineRows):
            found = OnlineRows(cloud.home / "online.db")
            cloud.parts["online_rows"] = found
    return found
