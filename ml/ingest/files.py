"""Delivered files as frames. Spark's workers open, hash and parse them piece by piece: any size fits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name in Spark's own guides

from ml.declarations import Binary, Feed, FileFormat
from ml.ingest.formats import binary, read
from ml.ingest.formats.binary import Whole
from ml.ingest.formats.record import PIECE_BYTES, PIECE_RECORDS, Record, UnreadableFileError

# The row number of each file's summary row; records are numbered from 1.
_SUMMARY = 0
CHANGED = "it changed while it was being read; the next run reads it again"


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """One inspected file: the hash of its bytes and the number of its records.

    `problem`: why it is refused, None if it is not; `known`: these bytes were loaded before under this name;
    `changing`: it was written to while it was read, so there is no verdict yet.
    """

    name: str
    sha256: str
    rows: int
    problem: str | None
    known: bool
    changing: bool


def parsed(feed: Feed, opened: DataFrame, folder: str) -> DataFrame:
    """One row per record of every file, in the shape of bronze, and one summary row per file.

    `opened` has a row per file: `path` (for the workers), `name`, and `loaded`, the hashes with which that name was
    loaded before: those bytes are not parsed again. `folder` is the landing folder in `_source_file`: a volume path,
    wherever the files are stored. Cache the frame (`runtime.computed_once`) to read it twice.
    """
    names = [column.name for column in feed.received]

    def work(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for path, name, loaded in zip(batch["path"], batch["name"], batch["loaded"], strict=True):
                yield from _file(Path(path), f"{folder}/{name}", list(loaded), feed)

    texts = ", ".join(f"`{name}` string" for name in names)
    schema = (
        f"{texts}, _row_number long, _fields string, _source_file string, _source_sha256 string, "
        "_rows long, _problem string, _known boolean, _changing boolean"
    )
    return opened.mapInPandas(work, schema)


def inspected(rows: DataFrame) -> list[Inspected]:
    """The inspected files of a `parsed` frame, by name."""
    found = rows.where(F.col("_row_number") == _SUMMARY).select(
        F.regexp_extract("_source_file", r"[^/]+$", 0).alias("name"),
        F.col("_source_sha256").alias("sha256"),
        F.col("_rows").alias("rows"),
        F.col("_problem").alias("problem"),
        F.col("_known").alias("known"),
        F.col("_changing").alias("changing"),
    )
    return sorted((Inspected(**row.asDict()) for row in found.collect()), key=lambda each: each.name)


def records(rows: DataFrame, files: Iterable[Inspected], folder: str, loaded_at: datetime) -> DataFrame:
    """The bronze rows of `files` in a `parsed` frame."""
    taken = [f"{folder}/{each.name}" for each in files]
    wanted = (F.col("_row_number") != _SUMMARY) & F.col("_source_file").isin(taken)
    said = ("_rows", "_problem", "_known", "_changing")
    return rows.where(wanted).drop(*said).withColumn("_loaded_at", F.lit(loaded_at))


def opened(spark: SparkSession, paths: list[Path], loaded: dict[str, list[str]]) -> DataFrame:
    """The input frame of `parsed`, from the paths of files."""
    rows = [(str(path), path.name, loaded.get(path.name, [])) for path in paths]
    return spark.createDataFrame(rows, "path string, name string, loaded array<string>")


def _file(path: Path, source: str, loaded: list[str], feed: Feed) -> Iterator[pd.DataFrame]:
    """All rows of one file, its summary row last."""
    count, problem, digest, written = 0, None, "", feed.files.format
    names = [column.name for column in feed.received]
    try:
        before, digest = _mark(path), _digest(path)
        known = digest in loaded
        if not known:
            lines = _records(Whole(path=path, source=source, sha256=digest), written, feed.raw_columns)
            while piece := list(islice(lines, PIECE_RECORDS)):
                count += len(piece)
                yield _frame(piece, names, source, digest)
        changing = _mark(path) != before
    except UnreadableFileError as error:
        problem, known, changing = str(error), False, _mark(path) != before
    except OSError as error:
        problem, known, changing = f"it cannot be read ({error.strerror}); deliver it again", False, False
        if isinstance(written, Binary):
            yield _frame([binary.failed(source, problem, feed.raw_columns)], names, source, digest)
            count, problem = 1, None
    summary = _frame([Record(_SUMMARY, (None,) * len(names), None)], names, source, digest)
    yield summary.assign(_rows=0 if problem else count, _problem=problem, _known=known, _changing=changing)


def _records(file: Whole, written: FileFormat, names: Sequence[str]) -> Iterator[Record]:
    if isinstance(written, Binary):
        return iter([binary.read(file, written, names)])
    return read(file.path, written, names)


def _frame(piece: list[Record], names: list[str], source: str, digest: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(*record.values, record.row_number, record.fields) for record in piece],
        columns=[*names, "_row_number", "_fields"],
    )
    return frame.assign(
        _source_file=source, _source_sha256=digest, _rows=None, _problem=None, _known=None, _changing=None
    )


def _mark(path: Path) -> tuple[int, int]:
    seen = path.stat()
    return seen.st_size, seen.st_mtime_ns


def _digest(path: Path) -> str:
    whole = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            whole.update(piece)
    return whole.hexdigest()
