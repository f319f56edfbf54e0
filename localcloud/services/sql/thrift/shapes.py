"""Answers of the warehouse's Thrift service as structs. Pure.

The numbers of fields are those of the service definition that `databricks-sql-connector` carries (TCLIService).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from localcloud.services.sql.thrift.binary import Field, Struct, Type

if TYPE_CHECKING:
    import pyarrow as pa

SUCCESS, ERROR, INVALID_HANDLE = 0, 3, 4
RUNNING, FINISHED, CANCELED, FAILED = 1, 2, 3, 5
PROTOCOL_VERSION = 42247
_ARROW_SET = 0
_STATEMENT = 0
_STRING_TYPE = 7
# Spark's names of types, as the service numbers them; what is not here, and nested types, have entries of their own.
_TYPES = {
    **{"boolean": 0, "tinyint": 1, "smallint": 2, "int": 3, "bigint": 4, "float": 5, "double": 6, "string": 7},
    **{"timestamp": 8, "timestamp_ntz": 8, "binary": 9, "array": 10, "map": 11, "struct": 12, "decimal": 15},
    **{"void": 16, "date": 17},
}
_BASE = re.compile(r"[a-z_]+")
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
Columns = Sequence[tuple[str, str]]


def only_status(code: int = SUCCESS, message: str | None = None) -> Struct:
    """An answer with only a TStatus."""
    return [Field(1, Type.STRUCT, [Field(1, Type.I32, code), Field(5, Type.STRING, message)])]


def handle(number: str) -> Struct:
    """THandleIdentifier. Its secret is just the number: the caller's token decides what is allowed."""
    held = uuid.UUID(number).bytes
    return [Field(1, Type.STRING, held), Field(2, Type.STRING, held)]


def session(number: str, *, catalog: str, schema: str) -> Struct:
    """TOpenSessionResp."""
    namespace = [Field(1, Type.STRING, catalog or None), Field(2, Type.STRING, schema or None)]
    return [
        *only_status(),
        Field(2, Type.I32, PROTOCOL_VERSION),
        Field(3, Type.STRUCT, [Field(1, Type.STRUCT, handle(number)), Field(3329, Type.I32, PROTOCOL_VERSION)]),
        Field(4, Type.MAP, ((Type.STRING, Type.STRING), {})),
        Field(1284, Type.STRUCT, namespace),
        Field(1285, Type.BOOL, True),
    ]


def operation(number: str, direct: Struct | None) -> Struct:
    """TExecuteStatementResp, with results at once if there are any."""
    found = [Field(1, Type.STRUCT, handle(number)), Field(2, Type.I32, _STATEMENT), Field(3, Type.BOOL, True)]
    return [*only_status(), Field(2, Type.STRUCT, found), Field(1281, Type.STRUCT, direct)]


def operation_status(state: int, error: tuple[str, str] | None = None) -> Struct:
    """TGetOperationStatusResp. `error`: SQLSTATE-like code and message of a failed operation."""
    code, message = error or (None, None)
    return [
        *only_status(),
        Field(2, Type.I32, state),
        Field(3, Type.STRING, code),
        Field(5, Type.STRING, message),
        Field(9, Type.BOOL, True),
        Field(1281, Type.STRING, message),
    ]


def direct_results(state: Struct, about: Struct | None = None, rows: Struct | None = None) -> Struct:
    """TSparkDirectResults."""
    return [Field(1, Type.STRUCT, state), Field(2, Type.STRUCT, about), Field(3, Type.STRUCT, rows)]


def metadata(columns: Columns, schema: pa.Schema) -> Struct:
    """TGetResultSetMetadataResp: rows are in Arrow format, uncompressed."""
    return [
        *only_status(),
        Field(2, Type.STRUCT, [Field(1, Type.LIST, (Type.STRUCT, [*map(_column, enumerate(columns, 1))]))]),
        Field(1281, Type.I32, _ARROW_SET),
        Field(1282, Type.BOOL, False),
        Field(1283, Type.STRING, schema.serialize().to_pybytes()),
        Field(1287, Type.BOOL, False),
    ]


def rows(table: pa.Table, offset: int, about: Struct, *, more: bool) -> Struct:
    """TFetchResultsResp with some rows of a result, the first of which is number `offset`."""
    batches = [
        [Field(1, Type.STRING, batch.serialize().to_pybytes()), Field(2, Type.I64, batch.num_rows)]
        for batch in table.to_batches()
    ]
    found = [
        Field(1, Type.I64, offset),
        Field(2, Type.LIST, (Type.STRUCT, [])),
        Field(1281, Type.LIST, (Type.STRUCT, batches)),
    ]
    return [
        *only_status(),
        Field(2, Type.BOOL, more),
        Field(3, Type.STRUCT, found),
        Field(1281, Type.STRUCT, about),
    ]


def _column(numbered: tuple[int, tuple[str, str]]) -> Struct:
    position, (name, kind) = numbered
    base = _BASE.match(kind)
    entry = [Field(1, Type.I32, _TYPES.get(base[0] if base else "", _STRING_TYPE))]
    if digits := _DECIMAL.fullmatch(kind):
        said = {"precision": [Field(1, Type.I32, int(digits[1]))], "scale": [Field(1, Type.I32, int(digits[2]))]}
        entry.append(Field(2, Type.STRUCT, [Field(1, Type.MAP, ((Type.STRING, Type.STRUCT), said))]))
    types = [[Field(1, Type.STRUCT, entry)]]
    return [
        Field(1, Type.STRING, name),
        Field(2, Type.STRUCT, [Field(1, Type.LIST, (Type.STRUCT, types))]),
        Field(3, Type.I32, position),
    ]
