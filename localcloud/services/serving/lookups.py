"""Completing a request's rows with published features, as the model's specification says. Values in the request win."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from localcloud.kernel.errors import ApiError
from localcloud.services.serving.feature_spec import FeatureSpec, LookUp
from localcloud.services.serving.requests import Row, refused


class Published(Protocol):
    """The published form of a feature table: its key, and its rows by key."""

    @property
    def key_is_text(self) -> bool:
        """Whether keys are strings; otherwise they are whole numbers."""

    def read(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """The rows of those keys that are there."""


class Shelf(Protocol):
    """Where published tables are found."""

    def published(self, table: str) -> Published | None:
        """The newest published form of a source table, None where it was never published."""


def unpublished(spec: FeatureSpec, shelf: Shelf) -> str:
    """Why the specification cannot be served yet; empty where all its tables are published."""
    absent = [table for table in spec.tables if shelf.published(table) is None]
    return f"Features of {', '.join(absent)} are not published online: publish the table(s) first." if absent else ""


def complete(rows: Sequence[Row], spec: FeatureSpec, shelf: Shelf) -> list[Row]:
    """The rows as the model takes them: a feature that a row lacks, or gives as null, is looked up by the row's key.

    An unknown key gives the feature's default, or null. Raises `ApiError` 400 for a row without its key, or with one
    of the wrong type, and 404 for a table that is not published.
    """
    _require_keys(rows, spec)
    completed = [dict(row) for row in rows]
    for table in spec.tables:
        _add(completed, [look_up for look_up in spec.look_ups if look_up.table == table], table, shelf)
    return [{name: row[name] for name in spec.taken} for row in completed]


def _require_keys(rows: Sequence[Row], spec: FeatureSpec) -> None:
    """A key is needed even where the request brings every feature: so it is on Databricks."""
    for number, row in enumerate(rows):
        absent = [name for name in spec.given if row.get(name) is None]
        if absent:
            given = ", ".join(row) or "nothing"
            raise refused(f"Row {number} has no {', '.join(absent)}, by which features are looked up; given: {given}.")


def _add(rows: list[Row], look_ups: Sequence[LookUp], table: str, shelf: Shelf) -> None:
    if all(row.get(look_up.name) is not None for row in rows for look_up in look_ups):
        return
    published = shelf.published(table)
    if published is None:
        message = f"Features of '{table}' are not published online: publish the table first."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)
    column = look_ups[0].keys[0]
    keys = [_key(number, row[column], column, text=published.key_is_text) for number, row in enumerate(rows)]
    found = published.read(sorted(set(keys)))
    for row, key in zip(rows, keys, strict=True):
        features = found.get(key, {})
        row.update({one.name: _first(row.get(one.name), features.get(one.column), one.default) for one in look_ups})


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _key(number: int, value: Any, column: str, *, text: bool) -> str:
    """The row's key as it is stored. A whole number may arrive as 5 or 5.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    wanted = str if text else int
    if not isinstance(value, wanted) or isinstance(value, bool):
        kind = "a string" if text else "a whole number"
        raise refused(f"Row {number}: '{column}' must be {kind}; given: {value!r}.")
    return str(value)
