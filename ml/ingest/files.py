"""Landing files as frames. The files are read and parsed by Spark's workers, whole feeds at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name that Spark's own guides use

from ml.declarations import Feed
from ml.ingest.records import parse


class UnseenFilesError(RuntimeError):
    """Files that lie in the landing folder were not read."""


@dataclass(frozen=True)
class Inspected:
    """What one file holds: the hash of its bytes and its records, or the problem for which it is refused."""

    name: str
    sha256: str
    rows: int
    problem: str | None


def inspect(
    spark: SparkSession, feed: Feed, paths: list[Path], known: Mapping[tuple[str, str], int]
) -> list[Inspected]:
    """Each file once, in the order of their names. Raises `UnseenFilesError` when Spark leaves one out.

    `known` are the records of files that were read before, by name and hash: these bytes are not parsed again.
    """
    if not paths:
        return []
    headers, counted = feed.raw_columns, dict(known)

    def look(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for path, content in zip(batch["path"], batch["content"], strict=True):
                name, digest = _name(path), sha256(content).hexdigest()
                rows, problem = counted.get((name, digest)), None
                if rows is None:
                    parsed = parse(content, headers)
                    rows, problem = len(parsed.records), parsed.problem
                yield pd.DataFrame([(name, digest, rows, problem)], columns=["name", "sha256", "row_count", "problem"])

    found = _contents(spark, paths).mapInPandas(look, "name string, sha256 string, row_count long, problem string")
    inspected = sorted((Inspected(*row) for row in found.collect()), key=lambda each: each.name)
    unseen = {path.name for path in paths} - {each.name for each in inspected}
    if unseen:
        # Spark leaves out files that it thinks are not data.
        raise UnseenFilesError(f"feed {feed.name!r}: Spark did not read {sorted(unseen)}; deliver them again")
    return inspected


def records(spark: SparkSession, feed: Feed, paths: list[Path], folder: str, loaded_at: datetime) -> DataFrame:
    """One row per record of `paths`, in the shape of the feed's bronze table.

    `folder` is how the landing folder is spelled in `_source_file`: as a volume, wherever the file really lies.
    """
    headers = feed.raw_columns
    names = [column.name for column in feed.silver.columns if column.name != feed.period_column]

    def read(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for path, content in zip(batch["path"], batch["content"], strict=True):
                frame = pd.DataFrame(
                    [(*record.values, record.row_number, record.fields) for record in parse(content, headers).records],
                    columns=[*names, "_row_number", "_fields"],
                )
                yield frame.assign(_source_file=f"{folder}/{_name(path)}", _source_sha256=sha256(content).hexdigest())

    texts = ", ".join(f"`{name}` string" for name in names)
    schema = f"{texts}, _row_number long, _fields string, _source_file string, _source_sha256 string"
    return _contents(spark, paths).mapInPandas(read, schema).withColumn("_loaded_at", F.lit(loaded_at))


def _contents(spark: SparkSession, paths: list[Path]) -> DataFrame:
    return spark.read.format("binaryFile").load([str(path) for path in paths]).select("path", "content")


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
