"""One CSV file (RFC 4180: a quoted field may span lines) to records, losing none. Pure: a stream in, values out."""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO

EMPTY = "the file is empty; deliver it again with a header and rows"
NO_ROWS = "the file has a header but no rows; deliver it again with rows, or remove it"
_ENCODING = "utf-8-sig"


class UnreadableFileError(ValueError):
    """A file for which every record is refused. The message says why, and what to change."""


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
    """The records of a small file that must have exactly the columns `headers`, in any order."""
    try:
        return Parsed(records=tuple(read(io.BytesIO(content), headers)))
    except UnreadableFileError as error:
        return Parsed(problem=str(error))


def read(file: BinaryIO, headers: tuple[str, ...]) -> Iterator[Record]:
    """The records of a file of any size, one by one, as they are read.

    Raises:
        UnreadableFileError: possibly after the first records: then those do not count either.
    """
    lines = rows(file)
    header = next(lines)
    problem = header_problem(header, headers)
    if problem:
        raise UnreadableFileError(problem)
    yield from _records(lines, header, headers)


def rows(file: BinaryIO) -> Iterator[list[str]]:
    """The fields of every line that is not blank, the header's first. The one strict reader, of demo files too.

    Raises:
        UnreadableFileError: if the file is no UTF-8 CSV, or holds nothing.
    """
    text = io.TextIOWrapper(file, encoding=_ENCODING, newline="")
    reader, header = csv.reader(_without_nul(text), strict=True), True
    try:
        for fields in reader:
            # Before the header a line of blanks is no record either; after it, it may be one of a single column.
            if fields and not (header and not "".join(fields).strip()):
                yield fields
                header = False
    except csv.Error as error:
        raise UnreadableFileError(
            f"not CSV at line {reader.line_num}: {error}; quote fields as RFC 4180 says"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"byte {_wrong_byte(file)} is not UTF-8 text; export the file as UTF-8 CSV"
        ) from error
    finally:
        text.detach()
    if header:
        raise UnreadableFileError(EMPTY)


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


def _without_nul(lines: TextIO) -> Iterator[str]:
    # Python's reader takes NUL for text from 3.11 on; in Spark's and pandas' it ends the field.
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise UnreadableFileError(
                f"line {number} holds a NUL byte, so it is not text; export the file as UTF-8 CSV"
            )
        yield line


def _records(lines: Iterator[list[str]], header: list[str], expected: tuple[str, ...]) -> Iterator[Record]:
    places = [header.index(name) for name in expected]
    nothing = (None,) * len(expected)
    number = 0
    for fields in lines:
        number += 1
        if len(fields) == len(header):
            yield Record(number, tuple(fields[place] for place in places), None)
        else:
            yield Record(number, nothing, json.dumps(fields, ensure_ascii=False))
    if not number:
        raise UnreadableFileError(NO_ROWS)


def _wrong_byte(file: BinaryIO) -> int:
    """Position in the file of the first byte that is no UTF-8 text: a decoder counts from the start of its buffer."""
    file.seek(0)
    decoder, offset = codecs.getincrementaldecoder("utf-8")(), 0
    while chunk := file.read(1 << 20):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        offset += len(chunk)
    # Cut off within a character.
    return offset - len(decoder.getstate()[0])
