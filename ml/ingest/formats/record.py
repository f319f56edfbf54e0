"""What every reader of delivered files gives: records, or the one problem for which a file is refused whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY = "the file is empty; deliver it again with rows"
# How much of a file is held at once, as bytes and as records: any size fits.
PIECE_BYTES = 1 << 20
PIECE_RECORDS = 20_000
NO_ROWS = "the file has no rows; deliver it again with rows, or remove it"


class UnreadableFileError(ValueError):
    """A file for which every record is refused. The message says why, and what to change."""


@dataclass(frozen=True)
class Record:
    """One record. `row_number` starts at 1.

    `values` are in the order asked for. For a record that fits no columns they are all None and `fields` holds what
    was received: the JSON list of its fields, or a JSON object of its `problem` and the text `received`.
    """

    row_number: int
    values: tuple[str | None, ...]
    fields: str | None


def misfit(row_number: int, width: int, *, problem: str, received: str) -> Record:
    """A record that goes to quarantine for `problem`, kept as it was received."""
    fields = json.dumps({"problem": problem, "received": received}, ensure_ascii=False)
    return Record(row_number, (None,) * width, fields)


def columns_problem(given: Sequence[str], expected: Sequence[str]) -> str | None:
    """What is wrong with a file's columns, or None. They may come in any order, but none more and none fewer."""
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in given if name not in expected]
    repeated = sorted({name for name in given if list(given).count(name) > 1} - set(unexpected))
    found = [
        f"{what}: {', '.join(repr(name) for name in names)}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("given twice", repeated))
        if names
    ]
    if not found:
        return None
    return f"wrong columns; {'; '.join(found)}; allowed are exactly {', '.join(expected)}; correct the columns"
