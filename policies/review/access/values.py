"""What all readers of access share: the form of a row, and texts, blocks and privileges out of a plan's values."""

from collections.abc import Mapping
from typing import Any

from policies import rights
from policies.review.changes.differences import UNKNOWN

Values = Mapping[str, Any]
# Principal, privilege, kind and name of the securable.
Row = tuple[str, str, str, str]


def texts(value: Any) -> list[str]:
    """A list of texts; one unknown entry where the list is not known yet."""
    return [str(item) for item in value if item is not None] if isinstance(value, list) else [UNKNOWN]


def privileges(value: Any) -> list[str]:
    """A list of privileges as the system reads them; one unknown entry where the list is not known yet."""
    return [item if item == UNKNOWN else rights.privilege(item) for item in texts(value)]


def privilege(value: Any) -> str:
    """One privilege as the system reads it; empty where it is not known."""
    return rights.privilege(str(value)) if value else ""


def blocks(value: Any) -> list[Values]:
    """The blocks in a value, which is a list of them or one."""
    found = value if isinstance(value, list) else [value]
    return [block for block in found if isinstance(block, dict)]
