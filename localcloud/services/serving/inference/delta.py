"""A Delta table created and appended to without Spark, which may not be running: JSON log files and Parquet.

Follows the Delta protocol (reader 1, writer 2). A version that somebody else wrote meanwhile is not overwritten: the
next one is tried.
"""

import json
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from localcloud.kernel.clock import now_ms
from localcloud.services.serving.inference.rows import Column

_LOG = "_delta_log"
_ATTEMPTS = 100
_TYPES: dict[str, Any] = {
    "int": "integer",
    "bigint": "long",
    "array<string>": {"type": "array", "elementType": "string", "containsNull": True},
}


def create(location: Path, columns: Sequence[Column]) -> None:
    """Create an empty table at `location`. Raises FileExistsError if one exists."""
    fields = [
        {"name": column.name, "type": _TYPES.get(column.type, column.type), "nullable": True, "metadata": {}}
        for column in columns
    ]
    metadata = {
        "id": str(uuid.uuid4()),
        "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps({"type": "struct", "fields": fields}),
        "partitionColumns": [],
        "configuration": {},
        "createdTime": now_ms(),
    }
    (location / _LOG).mkdir(parents=True)
    actions = [
        _info("CREATE TABLE", {}, {}),
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": metadata},
    ]
    _write(location / _LOG / f"{0:020}.json", actions)


def append(location: Path, rows: pa.Table) -> None:
    """Add `rows`, which have the table's columns, as one version. Raises OSError if the table does not exist."""
    file = location / f"part-{uuid.uuid4()}.snappy.parquet"
    if not (location / _LOG).is_dir():
        raise FileNotFoundError(f"no table at {location}")
    pq.write_table(rows, file)
    added = {
        "path": file.name,
        "partitionValues": {},
        "size": file.stat().st_size,
        "modificationTime": now_ms(),
        "dataChange": True,
        "stats": json.dumps({"numRecords": rows.num_rows}),
    }
    actions = [_info("WRITE", {"mode": "Append"}, {"numOutputRows": str(rows.num_rows)}), {"add": added}]
    for _ in range(_ATTEMPTS):
        try:
            return _write(location / _LOG / f"{_newest(location) + 1:020}.json", actions)
        except FileExistsError:
            continue
    raise OSError(f"no version of {location} could be written: others were faster {_ATTEMPTS} times")


def _newest(location: Path) -> int:
    return max(int(file.stem) for file in (location / _LOG).glob("*.json") if file.stem.isdecimal())


def _info(operation: str, parameters: dict[str, str], metrics: dict[str, str]) -> dict[str, Any]:
    info = {"timestamp": now_ms(), "operation": operation, "operationParameters": parameters}
    return {"commitInfo": {**info, "operationMetrics": metrics}}


def _write(file: Path, actions: Iterable[dict[str, Any]]) -> None:
    """Write a version atomically. Raises FileExistsError if it exists."""
    written = file.with_name(f".{uuid.uuid4()}.tmp")
    written.write_text("".join(json.dumps(action) + "\n" for action in actions), encoding="utf-8")
    try:
        # A link fails if the name is taken, where a rename would overwrite.
        os.link(written, file)
    finally:
        written.unlink()
