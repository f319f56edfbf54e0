"""Files that are new in a folder, known by name, size and time of change: no byte of a known file is read again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# How names of uploads under way begin.
HIDDEN = (".", "_")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A file as it lies there: a file that changed under its name is another delivery.

    A folder counts as one delivery for ever, whatever happens in it: `size_bytes` and `changed_ns` are 0.
    """

    name: str
    size_bytes: int
    changed_ns: int

    @property
    def mark(self) -> list[int]:
        """What tells this delivery from another one of its name."""
        return [self.size_bytes, self.changed_ns]


def listed(folder: Path) -> list[Delivery]:
    """Every entry by name, without hidden ones (uploads under way). A folder that is not there yet holds nothing."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [_delivery(path) for path in entries if not path.name.startswith(HIDDEN)]


def fresh(found: list[Delivery], known: Mapping[str, Any]) -> list[Delivery]:
    """Those of `found` that are not in `known`, which has the mark of each delivery by its name."""
    return [each for each in found if known.get(each.name) != each.mark]


def marks(deliveries: list[Delivery]) -> dict[str, list[int]]:
    """The mark of each delivery by its name."""
    return {each.name: each.mark for each in deliveries}


def _delivery(path: Path) -> Delivery:
    if path.is_dir():
        return Delivery(name=path.name, size_bytes=0, changed_ns=0)
    # A link to nowhere is an entry too: why it cannot be read is for whoever opens it to say.
    seen = path.lstat() if not path.exists() else path.stat()
    return Delivery(name=path.name, size_bytes=seen.st_size, changed_ns=seen.st_mtime_ns)
