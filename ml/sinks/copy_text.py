"""Rows in the text format of PostgreSQL's COPY (documentation of COPY, "Text Format"). Pure."""

from collections.abc import Iterable, Iterator

_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def line(values: Iterable[str | None]) -> str:
    """One row: values separated by tabs, special characters escaped, null as `\\N`."""
    return "\t".join(_NULL if value is None else value.translate(_ESCAPES) for value in values) + "\n"


class Lines:
    """A readable file over an iterator of rows: it buffers at most the requested size and one row."""

    def __init__(self, rows: Iterable[Iterable[str | None]]) -> None:
        self._lines: Iterator[str] = map(line, rows)
        self._rest = ""

    def read(self, size: int = -1) -> str:
        """Up to `size` characters, all if `size` is negative; empty at the end."""
        held, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            more = next(self._lines, None)
            if more is None:
                break
            held.append(more)
            length += len(more)
        text = "".join(held)
        cut = len(text) if size < 0 else size
        self._rest = text[cut:]
        return text[:cut]

    def readline(self) -> str:
        """The next line; psycopg2 requires this method."""
        return self._rest or next(self._lines, "")
