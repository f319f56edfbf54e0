"""Unknown values of a document: expressions that only an apply, a variable or a loop resolves.

Such a text is kept with a mark, so that its row is shown and never counts as absent.
"""

from collections.abc import Mapping
from typing import Any

_MARK = "unknown: "
# A workspace whose id is not in the document.
UNKNOWN_WORKSPACE = "unknown"


def is_unknown(text: str) -> bool:
    """Whether the text stands for a value that the documents leave unknown."""
    return text.startswith(_MARK)


def marked(text: str) -> str:
    """The text, marked as unknown."""
    return f"{_MARK}{text}"


def told(value: Any) -> str:
    """A text of a document; if it is missing, or still contains an expression, it is marked as unknown."""
    if value is None or isinstance(value, Mapping | list) or value == "":
        return marked("not set" if not value else "an expression")
    text = str(value)
    return marked(text) if "${" in text else text


def texts(value: Any) -> list[str]:
    """A list of texts; one unknown entry if the list is an expression."""
    if isinstance(value, list):
        return [told(item) for item in value]
    return [] if value is None else [told(value)]


def blocks(value: Any) -> list[Mapping[str, Any]]:
    """The blocks in a value: a list, or a single one; for an expression one empty block, with everything unknown."""
    found = value if isinstance(value, list) else [value]
    return [block if isinstance(block, Mapping) else {} for block in found if block is not None]


def workspace(value: Any) -> int | str:
    """The id of a workspace, or `UNKNOWN_WORKSPACE`."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else UNKNOWN_WORKSPACE
