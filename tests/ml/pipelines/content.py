"""The content of a table as one hash: its rows in declared columns, whatever their order and files."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any


def content_hash(rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over the sorted rows, each as Python writes it."""
    lines = sorted(repr(tuple(row)) for row in rows)
    return sha256("\n".join([str(len(lines)), *lines]).encode()).hexdigest()
