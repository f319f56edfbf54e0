"""Reads request bodies, and reports missing fields."""

import json
from typing import Annotated, Any

from fastapi import Body
from pydantic import AfterValidator

from localcloud.kernel import shapes
from localcloud.kernel.errors import bad_request, malformed
from localcloud.kernel.store import Document

# Values with which clients say that they do not set a field.
_NOTHING: tuple[object, ...] = (None, "", False, [], {})
# A body whose fields only its route validates, and one whose known fields have fixed shapes.
PlainBody = Annotated[Document, Body(default_factory=dict)]
JsonBody = Annotated[Document, AfterValidator(shapes.require), Body(default_factory=dict)]


def json_object(raw: bytes) -> Document:
    """The JSON object in a body; empty for no body. Raises `ApiError` 400 for anything else."""
    try:
        parsed = json.loads(raw) if raw else {}
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(parsed, dict):
        raise malformed()
    return parsed


def required(body: Document, *fields: str) -> Any:
    """The value of one field, or a tuple of several. Raises `ApiError` 400 naming every absent one."""
    absent = [field for field in fields if body.get(field) in (None, "")]
    if absent:
        raise bad_request(f"Missing required field(s): {', '.join(absent)}; given: {', '.join(body) or 'none'}.")
    values = tuple(body[field] for field in fields)
    return values[0] if len(values) == 1 else values


def is_given(value: object) -> bool:
    """Whether a field is set: clients write nulls and empty values for fields that they leave out."""
    return value not in _NOTHING


def only(body: Document, *fields: str) -> Document:
    """`body`, if it is an object without values in other fields than these. Raises `ApiError` 400 naming others."""
    if not isinstance(body, dict):
        raise bad_request(f"{str(body)[:40]!r} is not an object of {', '.join(fields)}.")
    unknown = sorted(name for name, value in body.items() if name not in fields and is_given(value))
    if unknown:
        raise bad_request(f"Field(s) {', '.join(unknown)} are not understood; understood are {', '.join(fields)}.")
    return body


def changed(document: Document, changes: Document, allowed: frozenset[str]) -> Document:
    """`document`, updated with the `allowed` fields of `changes`."""
    return {**document, **{field: value for field, value in changes.items() if field in allowed}}
