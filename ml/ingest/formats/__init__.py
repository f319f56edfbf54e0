"""Readers of delivered files, one module per format: a path in, records out, with no loss."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from ml.declarations import Csv, FileFormat, JsonLines, Parquet
from ml.ingest.formats import csv_text, json_lines, parquet
from ml.ingest.formats.record import Record, UnreadableFileError


def read(path: Path, written: FileFormat, names: Sequence[str]) -> Iterator[Record]:
    """The records of a file of any size, streamed one by one; `names` are its raw columns.

    Raises:
        UnreadableFileError: possibly after the first records, which then do not count either.
        OSError: if the file cannot be opened.
    """
    try:
        with _opened(path) as file:
            yield from _records(file, written, names)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(f"the compressed file is damaged or cut off ({error}); deliver it again") from error


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _records(file: BinaryIO, written: FileFormat, names: Sequence[str]) -> Iterator[Record]:
    match written:
        case Csv():
            return csv_text.read(file, names, written)
        case JsonLines():
            return json_lines.read(file, names)
        case Parquet():
            return parquet.read(file, names)
        case _:
            raise TypeError(f"{written} is no format of many records: see ml.ingest.formats.binary")
