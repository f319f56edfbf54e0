"""The output of every file reader: records, or the problem for which the complete file is refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY = "the file is empty; deliver it again with rows"
# The part of a file in memory, in bytes and in records: any size fits.
PIECE_BYTES = 1 << 20
PIECE_RECORDS = 20_000
NO_ROWS = "the file has no rows; deliver it again with rows, or remove it"


class UnreadableFileError(ValueError):
    """A file whose records are all refused. The message says why, and what to change."""


@dataclass(frozen=True)
class Record:
    """One record. `row_number` starts at 1.

    `values` are in the requested order. For a record that does not fit the columns they are all None, and `fields`
    holds the received text: the JSON list of its fields, or a JSON object of its `problem` and the text `received`.
    """

    row_number: int
    values: tuple[str | None, ...]
    fields: str | None


def misfit(row_number: int, width: int, *, problem: str, received: str) -> Record:
    """A record that goes to quarantine for `problem`, as it was received."""
    fields = json.dumps({"problem": problem, "received": received}, ensure_ascii=False)
    return Record(row_number, (None,) * width, fields)


def columns_problem(given: Sequence[str], expected: Sequence[str]) -> str | None:
    """The problem of a file's columns, or None. They may come in any order, but none may be missing or extra."""
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
