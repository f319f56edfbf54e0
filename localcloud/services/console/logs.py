"""Logs of tasks, in pieces from the end, because a log can be large."""

import re
from pathlib import Path

PIECE_BYTES = 256 * 1024
# What colours a terminal, and other characters that a page cannot show.
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def piece(path: Path, number: int) -> tuple[str, int]:
    """The `number`-th piece from the end of a log, counted from 1, and the number of pieces; 0 without a log."""
    if not path.is_file():
        return "", 0
    with path.open("rb") as log:
        size = log.seek(0, 2)
        end = size - (number - 1) * PIECE_BYTES
        if end <= 0:
            return "", -(-size // PIECE_BYTES)
        first = max(0, end - PIECE_BYTES)
        log.seek(first)
        text = log.read(end - first).decode("utf-8", errors="replace")
    return _ESCAPES.sub("", text), -(-size // PIECE_BYTES)
