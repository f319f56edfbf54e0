"""Access to YAML that may be invalid: absent values, and values of the wrong kind, read as empty."""

from collections.abc import Mapping
from typing import Any


def dig(data: Any, *steps: str) -> Any:
    """The value under `steps`; None if the path does not exist."""
    for step in steps:
        if not isinstance(data, Mapping):
            return None
        data = data.get(step)
    return data


def table(data: Any, *steps: str) -> Mapping[str, Any]:
    """The mapping under `steps`; empty if there is none."""
    found = dig(data, *steps)
    return found if isinstance(found, Mapping) else {}


def present(data: Any, *steps: str) -> set[str]:
    """The keys of the mapping under `steps` that have a value: an empty YAML value counts as absent."""
    return {key for key, value in table(data, *steps).items() if value is not None}


def texts(data: Any, *steps: str) -> list[tuple[int, str]]:
    """(position, text) of the list under `steps`; empty if there is none."""
    found = dig(data, *steps)
    items = found if isinstance(found, list) else []
    return [(position, item) for position, item in enumerate(items) if isinstance(item, str)]


def items(data: Any, *steps: str) -> list[tuple[int, Mapping[str, Any]]]:
    """(position, mapping) of the list under `steps`; empty if there is none."""
    found = dig(data, *steps)
    listed = found if isinstance(found, list) else []
    return [(position, item) for position, item in enumerate(listed) if isinstance(item, Mapping)]
