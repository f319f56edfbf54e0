"""Predictions as files in a volume: the parts of a batch, then a manifest as the commit.

    <sink>/<model>/batches/<stream>-<number>-<try>/part-….csv
    <sink>/<model>/manifests/<stream>-<number>.json

A batch is written if its manifest exists. Parts without a manifest come from an interrupted attempt: readers ignore
them, and the next attempt removes them after writing its own. Each attempt has its own folder, since Spark may continue
writing for a killed job.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pyarrow.parquet import ParquetFile
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FilesFormat, Table
from ml.sinks.sink import EVENT_ID, TIME_FORMAT, Batch, event_id

# Spark's names of files with rows.
_PARTS = "part-*"
# The attempt's suffix of a folder's name.
_TRY = "?" * 8
_CHUNK_BYTES = 2**20
_CSV = {
    "header": "true",
    "escape": '"',
    "nullValue": "",
    "emptyValue": '""',
    "encoding": "UTF-8",
    "timestampFormat": TIME_FORMAT,
}


class PartsIncompleteError(RuntimeError):
    """The parts of a batch do not contain the written rows."""


class FilesSink:
    """Files in `folder`, of `format`."""

    def __init__(self, table: Table, folder: Path, format: FilesFormat) -> None:
        self._table, self._folder, self._format = table, folder, format

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Write the parts, then the manifest; nothing if the manifest exists."""
        name = f"{batch.stream}-{batch.number}"
        manifest = self._folder / "manifests" / f"{name}.json"
        if _whole(manifest):
            return
        batches = self._folder / "batches"
        parts = batches / f"{name}-{uuid4().hex[:8]}"
        named = rows.withColumn(EVENT_ID, event_id(self._table))
        named = named.select(EVENT_ID, *(column.name for column in self._table.columns))
        named.write.format(self._format).options(**self._options).save(str(parts))
        _commit(manifest, {"stream": batch.stream, "batch": batch.number, **self._content(named, parts)})
        self._clear(name, parts.name)

    def forget(self, rows: DataFrame) -> None:
        """Rewrite each batch that contains any of the rows without them, then its manifest; then delete its old parts.

        Such a manifest has `forgotten_at`, which tells earlier readers to read it again. The remains of a killed run
        are completed or removed. `rows` belong to one person: their ids fit the driver's memory.
        """
        gone = {row[0] for row in rows.select(event_id(self._table)).distinct().collect()}
        manifests = self._folder / "manifests"
        for aside in manifests.glob("*.next"):
            _complete(aside)
        for manifest in sorted(manifests.glob("*.json")):
            content = _read(manifest)
            if content and content["parts"]:
                found = self._held(content) & gone
                named = self._rewritten(manifest, content, rows.sparkSession, found) if found else _named(content)
                self._clear(manifest.stem, named)

    def _held(self, content: dict[str, Any]) -> set[str]:
        """The event ids in the parts of a manifest."""
        paths = [self._folder / part["path"] for part in content["parts"] if part["rows"]]
        return {each for path in paths for each in _ids(path, self._format)}

    def _rewritten(self, manifest: Path, content: dict[str, Any], spark: SparkSession, gone: set[str]) -> str:
        """Rewrite a batch without the ids `gone`. Returns the name of its new folder, which the manifest now names."""
        kinds = ", ".join(f"`{column['name']}` {column['type']}" for column in content["columns"])
        reader = spark.read.schema(kinds).format(self._format).options(**self._options)
        held = reader.load(str(self._folder / "batches" / _named(content)))
        left_out = spark.createDataFrame([(each,) for each in sorted(gone)], f"{EVENT_ID} string")
        kept = held.join(left_out, EVENT_ID, "left_anti").select(*held.columns)
        new = self._folder / "batches" / f"{manifest.stem}-{uuid4().hex[:8]}"
        kept.write.format(self._format).options(**self._options).save(str(new))
        told = {"written_at": content["written_at"], "forgotten_at": datetime.now(UTC).isoformat()}
        # The batch is committed and never written again, so its manifest must survive a kill: write the new one aside.
        aside = manifest.with_suffix(".next")
        _commit(aside, {**content, **self._content(kept, new), **told})
        _complete(aside)
        return new.name

    def _clear(self, name: str, kept: str) -> None:
        """Remove the folders of all attempts of a batch except `kept`."""
        for left in (self._folder / "batches").glob(f"{name}-{_TRY}"):
            if left.name != kept:
                shutil.rmtree(left, ignore_errors=True)

    @property
    def _options(self) -> dict[str, str]:
        return _CSV if self._format is FilesFormat.CSV else {}

    def _content(self, rows: DataFrame, folder: Path) -> dict[str, Any]:
        """The content of a manifest, read back from the parts: rows by file, bytes, hashes, columns."""
        counted = self._rows_by_file(rows, folder)
        held, expected = sum(counted.values()), rows.count()
        if held != expected:
            raise PartsIncompleteError(f"{folder} has {held} rows of {expected}: run the job again")
        parts = [
            {"path": f"batches/{folder.name}/{part.name}", "rows": counted.get(part.name, 0), **_bytes(part)}
            for part in sorted(folder.glob(_PARTS))
        ]
        columns = [{"name": name, "type": kind} for name, kind in rows.dtypes]
        return {"format": str(self._format), "columns": columns, "rows": held, "parts": parts}

    def _rows_by_file(self, rows: DataFrame, folder: Path) -> dict[str, int]:
        reader = rows.sparkSession.read.schema(rows.schema).format(self._format).options(**self._options)
        by_file = reader.load(str(folder)).groupBy(F.col("_metadata.file_name").alias("file")).count()
        return {row["file"]: int(row["count"]) for row in by_file.collect()}


def committed(folder: Path) -> Iterator[dict[str, Any]]:
    """The manifests of a sink's folder, in writing order: a reader begins here."""
    found = [_read(path) for path in (folder / "manifests").glob("*.json")]
    yield from sorted((each for each in found if each), key=lambda each: (each["written_at"], each["batch"]))


def _commit(manifest: Path, content: dict[str, Any]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"written_at": datetime.now(UTC).isoformat(), **content}, indent=1)
    # A volume cannot replace a file by renaming: an interrupted manifest does not parse, and is written again.
    manifest.write_text(text, encoding="utf-8")


def _complete(aside: Path) -> None:
    """Replace a manifest with the new one that lies aside; nothing if that one is incomplete."""
    content = _read(aside)
    if content:
        _commit(aside.with_suffix(".json"), content)
    aside.unlink()


def _named(content: dict[str, Any]) -> str:
    """The folder of the parts of a manifest."""
    return Path(content["parts"][0]["path"]).parent.name


def _ids(part: Path, format: FilesFormat) -> Iterator[str]:
    if format is FilesFormat.PARQUET:
        for batch in ParquetFile(part).iter_batches(columns=[EVENT_ID]):
            yield from batch.column(EVENT_ID).to_pylist()
        return
    with part.open(newline="", encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            yield row[EVENT_ID]


def _whole(manifest: Path) -> bool:
    return _read(manifest) is not None


def _read(manifest: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(manifest.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return None


def _bytes(part: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with part.open("rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            digest.update(chunk)
    return {"bytes": part.stat().st_size, "sha256": digest.hexdigest()}
