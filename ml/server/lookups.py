"""Completing a request's rows with published features by the model's specification. Values in the request win."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ml.server.errors import Refused, bad_request
from ml.server.feature_spec import FeatureSpec, LookUp
from ml.server.online import OnlineStore, Published
from ml.server.requests import Row

# Limit on a look-up over the network, including waiting and connecting: normally it takes a millisecond, so a longer
# one is an outage, which the caller should see.
LIMIT_S = 2.0


class Store(Protocol):
    """A store of published tables. `waits`: a look-up goes over the network."""

    waits: bool

    def published(self, source_table: str) -> Published | None:
        """The newest published form of `source_table`; None if it was never published."""

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, Row]:
        """The rows of the existing `keys`, by key."""


def complete(rows: Sequence[Row], spec: FeatureSpec, store: Store) -> tuple[list[Row], float | None]:
    """The rows as the model takes them, and the publication time of their oldest features (seconds since 1970).

    A feature that is missing or null in a row is looked up by the row's key; an unknown key gives the feature's
    default, or null. The time is None if the request contains every feature. Raises Refused: 400 for a row with a
    missing key or a key of the wrong type, 404 for a table that is not published.
    """
    require_keys(rows, spec)
    completed = [dict(row) for row in rows]
    times = [_add(completed, spec.by_table[table], table, store) for table in spec.by_table]
    published_at = min((time for time in times if time is not None), default=None)
    return [{name: row[name] for name in spec.taken} for row in completed], published_at


def require_fresh(published_at: float | None, max_age_s: float | None) -> None:
    """Raises Refused 503 if looked-up features were published longer ago than `max_age_s`; None: no limit."""
    if published_at is None or max_age_s is None:
        return
    age_s = time.time() - published_at
    if age_s > max_age_s:
        message = f"The features were published {age_s:.0f} s ago; the limit is {max_age_s:.0f} s: publish them again."
        raise Refused(503, "FEATURES_TOO_OLD", message)


def published(spec: FeatureSpec, store: Store) -> dict[str, float]:
    """When the features of each published table were published, in seconds since 1970."""
    found = {table: store.published(table) for table in spec.by_table}
    return {table: each.published_at for table, each in found.items() if each is not None}


def opened(store: Path | str, limit_s: float) -> Store:
    """The store in a file or at a database address; there, a look-up may take up to `limit_s`."""
    if str(store).startswith("postgresql:"):
        from ml.server.postgres import PostgresStore  # noqa: PLC0415 - a file needs no driver

        return PostgresStore(str(store), limit_s=limit_s)
    return OnlineStore(Path(store))


def require_keys(rows: Sequence[Row], spec: FeatureSpec) -> None:
    """Raises Refused 400 for a row without a key: as on Databricks, even if the request contains every feature."""
    for number, row in enumerate(rows):
        absent = [name for name in spec.given if row.get(name) is None]
        if absent:
            given = ", ".join(row) or "nothing"
            raise bad_request(
                f"Row {number} has no {', '.join(absent)}, by which features are looked up; given: {given}."
            )


def _add(rows: list[Row], look_ups: Sequence[LookUp], table: str, store: Store) -> float | None:
    if not lacking(rows, look_ups):
        return None
    published = store.published(table)
    if published is None:
        message = f"Features of '{table}' are not published online: publish the table first."
        raise Refused(404, "RESOURCE_DOES_NOT_EXIST", message)
    keys = stored_keys(rows, look_ups[0].keys[0], published)
    found = store.read(published.online_table, sorted(set(keys)))
    for row, key in zip(rows, keys, strict=True):
        features = found.get(key, {})
        for wanted in look_ups:
            if row.get(wanted.name) is None:
                value = features.get(wanted.column)
                row[wanted.name] = wanted.default if value is None else value
    return published.published_at


def lacking(rows: Sequence[Row], look_ups: Sequence[LookUp]) -> bool:
    """Whether any row lacks a feature of these look-ups."""
    return any(row.get(wanted.name) is None for row in rows for wanted in look_ups)


def stored_keys(rows: Sequence[Row], column: str, published: Published) -> list[str]:
    """Each row's key in its stored form. Raises Refused 400 for a key of the wrong type."""
    return [_key(number, row[column], column, text=published.key_is_text) for number, row in enumerate(rows)]


def _key(number: int, value: Any, column: str, *, text: bool) -> str:
    """The row's key in its stored form. A whole number may arrive as 5 or 5.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    wanted = str if text else int
    if not isinstance(value, wanted) or isinstance(value, bool):
        kind = "a string" if text else "a whole number"
        raise bad_request(f"Row {number}: '{column}' must be {kind}; given: {shown(value)}.")
    # No store can hold a lone surrogate.
    return str(value).encode(errors="replace").decode()


def shown(value: Any) -> str:
    """A request's value for a message: unchanged, but truncated if it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
