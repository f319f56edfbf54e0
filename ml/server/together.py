"""Several requests are completed with one query per table: 32 keys cost about as much as one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ml.server import lookups, requests
from ml.server.errors import Refused
from ml.server.feature_spec import FeatureSpec, LookUp
from ml.server.lookups import Store
from ml.server.online import Published
from ml.server.requests import Row

Parsed = Mapping[str, Any]
# A request with its features, and when the oldest of them were published (seconds since 1970).
Completed = tuple[dict[str, Any], float | None]


class Fetched:
    """A store of the rows that several requests need, read with one query per table."""

    waits = False

    def __init__(self) -> None:
        self._published: dict[str, Published] = {}
        self._rows: dict[str, Mapping[str, Row]] = {}

    def add(self, table: str, published: Published, rows: Mapping[str, Row]) -> None:
        """Keep what was found for `table`."""
        self._published[table] = published
        self._rows[published.online_table] = rows

    def published(self, source_table: str) -> Published | None:
        """The published form of `source_table`; None if it was never published."""
        return self._published.get(source_table)

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, Row]:
        """The rows of the existing `keys`, by key."""
        rows = self._rows[online_table]
        return {key: rows[key] for key in keys if key in rows}


def complete_each(
    given: Sequence[Parsed], complete: Callable[[Parsed, Store], Completed], spec: FeatureSpec, store: Store
) -> list[Completed | Refused]:
    """`complete` of each request, or its refusal, after one query per table for all of them.

    Raises Refused if the store cannot be asked: that concerns every request.
    """
    fetched = _fetched(given, spec, store)
    found: list[Completed | Refused] = []
    for parsed in given:
        try:
            found.append(complete(parsed, fetched))
        except Refused as refused:
            found.append(refused)
    return found


def _fetched(given: Sequence[Parsed], spec: FeatureSpec, store: Store) -> Fetched:
    usable = []
    for parsed in given:
        # A refused request is refused again, by itself, when it is completed.
        with suppress(Refused):
            rows = requests.rows(parsed)
            lookups.require_keys(rows, spec)
            usable.append(rows)
    fetched = Fetched()
    for table, look_ups in spec.by_table.items():
        lacking = [rows for rows in usable if lookups.lacking(rows, look_ups)]
        published = store.published(table) if lacking else None
        if published is not None:
            fetched.add(table, published, store.read(published.online_table, _keys(lacking, look_ups, published)))
    return fetched


def _keys(lacking: Sequence[Sequence[Row]], look_ups: Sequence[LookUp], published: Published) -> list[str]:
    keys: set[str] = set()
    for rows in lacking:
        with suppress(Refused):
            keys.update(lookups.stored_keys(rows, look_ups[0].keys[0], published))
    return sorted(keys)
