"""Predictions as files in a volume: the parts of a batch, and then a manifest, which is the commit.

    <sink>/<model>/batches/<stream>-<number>-<try>/part-….csv
    <sink>/<model>/manifests/<stream>-<number>.json

A batch whose manifest is there is written. Parts that none names are of a try that was cut off: no reader takes them,
and the next try removes them once it has written its own. Each try has a folder of its own, since Spark may go on
writing for a job that was killed.
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

# How Spark names what holds rows.
_PARTS = "part-*"
# How a try ends the name of its folder.
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
    """The parts of a batch do not hold the rows that were written."""


class FilesSink:
    """Files in `folder`, of `format`."""

    def __init__(self, table: Table, folder: Path, format: FilesFormat) -> None:
        self._table, self._folder, self._format = table, folder, format

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Write the parts, then the manifest; nothing if there is a manifest."""
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
        """Write each batch that holds any of the rows anew without them, under its manifest; then its old parts go.

        Such a manifest has `forgotten_at`, by which a reader that took it before knows to take it again. What a killed
        run has left is completed, or removed. `rows` are a person's: their ids fit the driver's memory.
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
        """The name of the folder with the parts of a batch without the ids `gone`, which its manifest names by now."""
        kinds = ", ".join(f"`{column['name']}` {column['type']}" for column in content["columns"])
        reader = spark.read.schema(kinds).format(self._format).options(**self._options)
        held = reader.load(str(self._folder / "batches" / _named(content)))
        left_out = spark.createDataFrame([(each,) for each in sorted(gone)], f"{EVENT_ID} string")
        kept = held.join(left_out, EVENT_ID, "left_anti").select(*held.columns)
        new = self._folder / "batches" / f"{manifest.stem}-{uuid4().hex[:8]}"
        kept.write.format(self._format).options(**self._options).save(str(new))
        told = {"written_at": content["written_at"], "forgotten_at": datetime.now(UTC).isoformat()}
        # The batch is committed and never written again, so its manifest must survive a cut: it lies aside meanwhile.
        aside = manifest.with_suffix(".next")
        _commit(aside, {**content, **self._content(kept, new), **told})
        _complete(aside)
        return new.name

    def _clear(self, name: str, kept: str) -> None:
        """Remove the folders of all tries of a batch but `kept`."""
        for left in (self._folder / "batches").glob(f"{name}-{_TRY}"):
            if left.name != kept:
                shutil.rmtree(left, ignore_errors=True)

    @property
    def _options(self) -> dict[str, str]:
        return _CSV if self._format is FilesFormat.CSV else {}

    def _content(self, rows: DataFrame, folder: Path) -> dict[str, Any]:
        """What a manifest says of the parts, read back from them: rows by file, bytes, hashes, columns."""
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
    """The manifests of a sink's folder, in the order in which they were written: what a reader begins with."""
    found = [_read(path) for path in (folder / "manifests").glob("*.json")]
    yield from sorted((each for each in found if each), key=lambda each: (each["written_at"], each["batch"]))


def _commit(manifest: Path, content: dict[str, Any]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"written_at": datetime.now(UTC).isoformat(), **content}, indent=1)
    # A volume cannot rename over a file: one that was cut off does not parse, and is written again.
    manifest.write_text(text, encoding="utf-8")


def _complete(aside: Path) -> None:
    """Write what lies aside in the place of its manifest; nothing if it was itself cut off."""
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
