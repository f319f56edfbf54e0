"""What an inference table holds, by the log that Delta keeps: a file that no version names is not of the table yet."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


def rows_at(location: Path) -> list[dict[str, Any]]:
    """The rows, oldest request first."""
    versions = [file.read_text(encoding="utf-8") for file in sorted((location / "_delta_log").glob("*.json"))]
    actions = [json.loads(line) for version in versions for line in version.splitlines()]
    files = [action["add"]["path"] for action in actions if "add" in action]
    rows = [row for file in files for row in pq.read_table(location / file).to_pylist()]
    return sorted(rows, key=lambda row: row["request_time"])
