"""Parquet to records: every value as text, spelled as in the CSV of the same rows."""

import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ml.ingest.formats.record import NO_ROWS, PIECE_RECORDS, Record, UnreadableFileError, columns_problem


def read(file: BinaryIO, names: Sequence[str]) -> Iterator[Record]:
    """The records of a file that must have exactly the columns `names`, in any order.

    Raises:
        UnreadableFileError: possibly after the first records, which then do not count either.
    """
    try:
        number = 0
        opened = pq.ParquetFile(file)
        problem = columns_problem(opened.schema_arrow.names, names)
        if problem:
            raise UnreadableFileError(problem)
        for batch in opened.iter_batches(batch_size=PIECE_RECORDS, columns=list(names)):
            columns = [_texts(batch.column(name)) for name in names]
            for values in zip(*columns, strict=True):
                number += 1
                yield Record(number, values, None)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"it is not a readable Parquet file ({error}); deliver it again") from error
    if not number:
        raise UnreadableFileError(NO_ROWS)


def _texts(column: pa.Array) -> list[str | None]:
    if pa.types.is_nested(column.type):
        return [None if value is None else json.dumps(value, default=str) for value in column.to_pylist()]
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts
