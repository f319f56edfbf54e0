"""Completing a request's rows with published features, by key. Values in the request win."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from localcloud.kernel.errors import ApiError
from localcloud.services.serving.artifacts import LookUp
from localcloud.services.serving.requests import Row, refused

_NAMED = 5


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


def complete(rows: Sequence[Row], look_ups: Sequence[LookUp], inputs: Sequence[str], shelf: Shelf) -> list[Row]:
    """The rows with every looked-up feature that they do not bring themselves, and only the model's inputs.

    Raises `ApiError` 400 for a row without its key or with one of the wrong type, 404 for an unknown key.
    """
    completed = [dict(row) for row in rows]
    for look_up in look_ups:
        _add(completed, look_up, shelf)
    return [{name: row[name] for name in inputs if name in row} for row in completed] if inputs else completed


def _add(rows: list[Row], look_up: LookUp, shelf: Shelf) -> None:
    wanting = [(number, row) for number, row in enumerate(rows) if any(f not in row for f in look_up.features)]
    if not wanting:
        return
    published = shelf.published(look_up.table)
    if published is None:
        message = f"Features of '{look_up.table}' are not published online: publish the table first."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)
    keys = {number: _key(number, row, look_up, text=published.key_is_text) for number, row in wanting}
    found = published.read(sorted(set(keys.values())))
    _require_all(keys, found, look_up)
    for number, row in wanting:
        features = found[keys[number]]
        row.update({name: features.get(name) for name in look_up.features if name not in row})


def _key(number: int, row: Row, look_up: LookUp, *, text: bool) -> str:
    """The row's key as it is stored. A whole number may arrive as 5 or 5.0."""
    value = row.get(look_up.key)
    if value is None:
        given = ", ".join(row) or "nothing"
        needs = f"Row {number} has no '{look_up.key}', by which features are looked up"
        raise refused(f"{needs}; given: {given}. Send the key, or all of: {', '.join(look_up.features)}.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    wanted = str if text else int
    if not isinstance(value, wanted) or isinstance(value, bool):
        kind = "a string" if text else "a whole number"
        raise refused(f"Row {number}: '{look_up.key}' must be {kind}; given: {value!r}.")
    return str(value)


def _require_all(keys: Mapping[int, str], found: Mapping[str, Row], look_up: LookUp) -> None:
    unknown = sorted({key for key in keys.values() if key not in found})
    if unknown:
        shown = ", ".join(unknown[:_NAMED]) + (f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else "")
        message = f"No published features of '{look_up.table}' for {look_up.key}: {shown}."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)
