"""CSV (RFC 4180: a quoted field may span lines) to records, with no loss. A stream in, records out."""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from ml.declarations import Csv
from ml.ingest.formats.record import EMPTY, NO_ROWS, PIECE_BYTES, Record, UnreadableFileError, columns_problem


def read(file: BinaryIO, headers: Sequence[str], dialect: Csv | None = None) -> Iterator[Record]:
    """The records, one by one, of a file that must have exactly the columns `headers`, in any order.

    Raises:
        UnreadableFileError: possibly after the first records, which then do not count either.
    """
    lines = rows(file, dialect)
    header = next(lines)
    problem = columns_problem(header, headers)
    if problem:
        raise UnreadableFileError(problem)
    yield from _records(lines, header, headers)


def rows(file: BinaryIO, dialect: Csv | None = None) -> Iterator[list[str]]:
    """The fields of every line that is not blank, the header first. The only strict reader, also for demo files.

    Raises:
        UnreadableFileError: if the file is not CSV of this dialect, or is empty.
    """
    dialect = dialect or Csv()
    text = io.TextIOWrapper(file, encoding=_codec(dialect), newline="")
    lines = _without_nul(text, dialect)
    reader, header = csv.reader(lines, strict=True, delimiter=dialect.delimiter, quotechar=dialect.quote), True
    try:
        for fields in reader:
            # Before the header a blank line is not a record either; after it, it may be a record with a single column.
            if fields and not (header and not "".join(fields).strip()):
                yield fields
                header = False
    except csv.Error as error:
        raise UnreadableFileError(
            f"not CSV at line {reader.line_num}: {error}; quote fields as RFC 4180 says"
        ) from error
    except UnicodeError as error:
        raise UnreadableFileError(
            f"byte {_wrong_byte(file, dialect)} is not {_name(dialect)} text; export the file as {_name(dialect)} CSV"
        ) from error
    finally:
        if not text.closed:
            text.detach()
    if header:
        raise UnreadableFileError(EMPTY)


def _name(dialect: Csv) -> str:
    return dialect.encoding.upper()


def _codec(dialect: Csv) -> str:
    codec = codecs.lookup(dialect.encoding).name
    return "utf-8-sig" if codec == "utf-8" else codec


def _without_nul(lines: TextIO, dialect: Csv) -> Iterator[str]:
    # Python's reader accepts NUL as text from 3.11 on; Spark's and pandas' end the field there.
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise UnreadableFileError(
                f"line {number} holds a NUL byte, so it is not text; export the file as {_name(dialect)} CSV"
            )
        yield line


def _records(lines: Iterator[list[str]], header: list[str], expected: Sequence[str]) -> Iterator[Record]:
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


def _wrong_byte(file: BinaryIO, dialect: Csv) -> int:
    """Position of the first invalid byte in the file: a decoder counts from the start of its buffer."""
    file.seek(0)
    # Counts the byte order mark, which a decoder that drops it would keep pending.
    decoder, offset = codecs.getincrementaldecoder(dialect.encoding)(), 0
    while chunk := file.read(PIECE_BYTES):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        offset += len(chunk)
    # Truncated within a character.
    return offset - len(decoder.getstate()[0])
