"""One CSV file (RFC 4180: a quoted field may span lines) to records, losing none. Pure: bytes in, values out."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

EMPTY = "the file is empty; deliver it again with a header and rows"


@dataclass(frozen=True)
class Record:
    """One record. `row_number` starts at 1 after the header.

    `values` are in the order asked for; where the record has not as many fields as the header they are all
    None and `fields` holds what was received, as a JSON list.
    """

    row_number: int
    values: tuple[str | None, ...]
    fields: str | None


@dataclass(frozen=True)
class Parsed:
    """All records of a file, or the problem for which the file is refused whole."""

    records: tuple[Record, ...] = ()
    problem: str | None = None


def parse(content: bytes, headers: tuple[str, ...]) -> Parsed:
    """The records of a file that must have exactly the columns `headers`, in any order."""
    if not content.strip():
        return Parsed(problem=EMPTY)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Parsed(problem=f"byte {error.start} is not UTF-8 text; export the file as UTF-8 CSV")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader)
        problem = header_problem(header, headers)
        return Parsed(problem=problem) if problem else _records(reader, header, headers)
    except csv.Error as error:
        return Parsed(problem=f"not CSV at line {reader.line_num}: {error}; quote fields as RFC 4180 says")


def header_problem(header: list[str], expected: tuple[str, ...]) -> str | None:
    """What is wrong with `header`, or None. Columns may come in any order, but none more and none fewer."""
    missing = [name for name in expected if name not in header]
    unexpected = [name for name in header if name not in expected]
    repeated = sorted({name for name in header if header.count(name) > 1} - set(unexpected))
    found = [
        f"{what}: {', '.join(repr(name) for name in names)}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("given twice", repeated))
        if names
    ]
    if not found:
        return None
    return f"wrong columns; {'; '.join(found)}; allowed are exactly {', '.join(expected)}; correct the header"


def _records(rows: Iterator[list[str]], header: list[str], expected: tuple[str, ...]) -> Parsed:
    places = [header.index(name) for name in expected]
    nothing = (None,) * len(expected)
    records: list[Record] = []
    for fields in rows:
        if not fields:
            continue  # a blank line is no record
        number = len(records) + 1
        if len(fields) == len(header):
            records.append(Record(number, tuple(fields[place] for place in places), None))
        else:
            records.append(Record(number, nothing, json.dumps(fields, ensure_ascii=False)))
    if not records:
        return Parsed(problem="the file has a header but no rows; deliver it again with rows, or remove it")
    return Parsed(records=tuple(records))
