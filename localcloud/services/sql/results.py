"""A result and its chunks, in the formats of the Statement Execution API. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.kernel.store import Document
from localcloud.services.sql import values
from localcloud.services.sql.columns import column

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_BYTES = 4 * 2**20
MEDIA_TYPES = {
    "JSON_ARRAY": "application/json",
    "ARROW_STREAM": "application/vnd.apache.arrow.stream",
    "CSV": "text/csv",
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """Columns (name, Spark type) and their rows. `truncated` if there were more than the request's limits allow."""

    columns: tuple[tuple[str, str], ...]
    table: pa.Table | None
    truncated: bool = False

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return 0 if self.table is None else int(self.table.num_rows)

    @property
    def byte_count(self) -> int:
        """The number of bytes in memory."""
        return 0 if self.table is None else int(self.table.nbytes)

    @property
    def chunk_rows(self) -> int:
        """The number of rows per chunk, except the last."""
        return max(1, self.row_count * CHUNK_BYTES // max(CHUNK_BYTES, self.byte_count))

    @property
    def chunk_count(self) -> int:
        """The number of chunks; an empty result has one."""
        return max(1, -(-self.row_count // self.chunk_rows))

    def chunk(self, index: int) -> Document:
        """Number, first row and rows of a chunk."""
        offset = index * self.chunk_rows
        return {
            "chunk_index": index,
            "row_offset": offset,
            "row_count": min(self.chunk_rows, self.row_count - offset),
        }

    def part(self, index: int) -> pa.Table:
        """The rows of a chunk."""
        assert self.table is not None
        return self.table.slice(index * self.chunk_rows, self.chunk_rows)

    def rows(self, index: int) -> list[tuple[str | None, ...]]:
        """The rows of a chunk as text."""
        if self.table is None:
            return []
        cells = [one.to_pylist(maps_as_pydicts="strict") for one in self.part(index).columns]
        kinds = [kind for _, kind in self.columns]
        return [
            tuple(values.text(value, kind) for value, kind in zip(row, kinds, strict=True))
            for row in zip(*cells, strict=True)
        ]

    def document(self, index: int, form: str) -> bytes:
        """A chunk as a file in `form`: JSON_ARRAY, ARROW_STREAM or CSV."""
        match form:
            case "ARROW_STREAM":
                return _arrow(self.part(index)) if self.table is not None else b""
            case "CSV":
                return _csv(self.rows(index), [name for name, _ in self.columns] if index == 0 else None)
            case _:
                return json.dumps(self.rows(index), separators=(",", ":"), ensure_ascii=False).encode()

    def manifest(self, form: str) -> Document:
        """The description of the result, without rows."""
        columns = [column(name, kind, position) for position, (name, kind) in enumerate(self.columns)]
        return {
            "format": form,
            "schema": {"column_count": len(columns), "columns": columns},
            "total_row_count": self.row_count,
            "total_chunk_count": self.chunk_count,
            "chunks": [self.chunk(index) for index in range(self.chunk_count)],
            "truncated": self.truncated,
        }


def of_rows(columns: tuple[tuple[str, str], ...], rows: Sequence[Sequence[Any]]) -> Result:
    """A result of existing rows, with one value per column: texts, or booleans for `boolean`."""
    import pyarrow as pa  # noqa: PLC0415

    kinds = {"string": pa.string(), "boolean": pa.bool_(), "bigint": pa.int64(), "timestamp": pa.timestamp("us", "UTC")}
    arrays = [pa.array([row[at] for row in rows], type=kinds[kind]) for at, (_, kind) in enumerate(columns)]
    return Result(columns=columns, table=pa.table(arrays, names=[name for name, _ in columns]))


def _arrow(table: pa.Table) -> bytes:
    import pyarrow as pa  # noqa: PLC0415

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _csv(rows: Sequence[Sequence[str | None]], header: list[str] | None) -> bytes:
    """By RFC 4180, nulls written `null`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([header] if header else [])
    writer.writerows(["null" if value is None else value for value in row] for row in rows)
    return text.getvalue().encode()
