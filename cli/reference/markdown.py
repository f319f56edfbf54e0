"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """Text that stays in its cell: line breaks and bars are escaped."""
    return " ".join(str(value).split()).replace("|", "\\|")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole table, with an empty line after it."""
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*head, *(f"| {' | '.join(map(cell, row))} |" for row in rows), ""])
