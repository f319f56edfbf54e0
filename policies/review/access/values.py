"""Helpers of all readers of access: the form of a row, and texts, blocks and privileges from a plan's values."""

from collections.abc import Mapping
from typing import Any

from policies import rights
from policies.review.changes.differences import UNKNOWN

Values = Mapping[str, Any]
# Principal, privilege, kind and name of the securable.
Row = tuple[str, str, str, str]


def texts(value: Any) -> list[str]:
    """A list of texts; one unknown entry if the list is not known yet."""
    return [str(item) for item in value if item is not None] if isinstance(value, list) else [UNKNOWN]


def privileges(value: Any) -> list[str]:
    """A list of normalized privileges; one unknown entry if the list is not known yet."""
    return [item if item == UNKNOWN else rights.privilege(item) for item in texts(value)]


def privilege(value: Any) -> str:
    """One normalized privilege; empty if unknown."""
    return rights.privilege(str(value)) if value else ""


def blocks(value: Any) -> list[Values]:
    """The blocks in a value, which is a list or a single block."""
    found = value if isinstance(value, list) else [value]
    return [block for block in found if isinstance(block, dict)]
