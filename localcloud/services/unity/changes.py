"""Changes of a securable by PATCH. Unsupported fields are refused by name, never ignored."""

from collections.abc import Mapping
from typing import Any

from localcloud.kernel.body import is_given
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.unity import ownership


def changed(cloud: Cloud, current: Document, body: Document, *fields: str, shown: Mapping[str, Any]) -> Document:
    """`current` with those of `fields` that the body has. A field that says what is `shown` anyway asks for nothing:
    clients send back what they got.

    Raises `ApiError` 400 naming every other field, 404 for a new owner that nobody knows.
    """
    other = [name for name, value in body.items() if name not in fields and is_given(value)]
    refused = sorted(name for name in other if shown.get(name) != body[name])
    if refused:
        allowed = ", ".join(sorted(fields))
        raise bad_request(
            f"Field(s) {', '.join(refused)} of '{current['full_name']}' are not changed here; changed are {allowed}."
        )
    new = ownership.checked_changes(cloud, body)
    return {**current, **{name: new[name] for name in fields if name in new}}


def refuse_another_name(name: str, body: Document) -> None:
    """Raise `ApiError` 400 for a `new_name`: other objects refer to a securable by its name."""
    if body.get("new_name") not in (None, "", name):
        raise bad_request(f"Field(s) new_name of '{name}' are not changed here: make another, and drop this one.")
