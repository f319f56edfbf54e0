"""The files in a feed's folder: the only place where Auto Loader and a listing differ.

Auto Loader, which exists only on Databricks, is a stream of file notifications; its checkpoint records the reported
files. A listing looks at every file each time. Both give the same result: each file in its current state. The same code
then selects and processes the new files.
"""

import re
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Discovery
from ml.ingest.loading import Loading
from ml.records.ingest import INGEST_ARRIVALS
from ml.streams.deliveries import HIDDEN, Delivery, listed

AUTO_LOADER = "cloudFiles"
_CHECKPOINT = "arrivals"
# Only the columns that identify a file: Auto Loader's `binaryFile` format gives them without reading the content.
_FORMAT = "binaryFile"


def present(feed: Loading) -> list[Delivery]:
    """Every file of the feed's folder, by Auto Loader or a listing, depending on the declaration and the runtime."""
    if feed.feed.files.discovery is Discovery.AUTO_LOADER and runtime.on_databricks():
        return arrived(feed, notified(feed.tables.spark, feed.landing))
    return listed(feed.landing)


def options() -> dict[str, str]:
    """Auto Loader's options: existing files count, and so does a file that was overwritten under its name."""
    return {
        "cloudFiles.format": _FORMAT,
        "cloudFiles.includeExistingFiles": "true",
        "cloudFiles.allowOverwrites": "true",
    }


def notified(spark: SparkSession, folder: Path) -> DataFrame:
    """Auto Loader's stream: `path`, `modificationTime`, `length`, and `content`, which is never read here."""
    return spark.readStream.format(AUTO_LOADER).options(**options()).load(str(folder))


def arrived(feed: Loading, stream: DataFrame) -> list[Delivery]:
    """Record the stream's files in `ingest_arrivals`; returns every file ever reported, in its last state."""
    full_name = INGEST_ARRIVALS.full_name(feed.task.catalog, feed.task.use_case.name)
    query = feed.tables.append_stream(
        INGEST_ARRIVALS,
        full_name,
        told(stream, feed),
        checkpoint=str(feed.checkpoint.folder / _CHECKPOINT),
        trigger={"availableNow": True},
    )
    query.awaitTermination()
    own = feed.tables.read(full_name).where(F.col("feed") == feed.feed.name)
    newest = F.row_number().over(
        Window.partitionBy("name").orderBy(F.col("changed_ns").desc(), F.col("found_at").desc())
    )
    rows = own.withColumn("_place", newest).where("_place = 1").orderBy("name").collect()
    return [Delivery(name=row["name"], size_bytes=row["size_bytes"], changed_ns=row["changed_ns"]) for row in rows]


def told(stream: DataFrame, feed: Loading) -> DataFrame:
    """The rows of `ingest_arrivals` from a frame of files: without hidden files, which are uploads in progress."""
    name = F.element_at(F.split("path", re.escape(f"{feed.landing}/")), -1)
    rows = stream.select(
        F.lit(feed.feed.name).alias("feed"),
        name.alias("name"),
        F.col("length").alias("size_bytes"),
        (F.unix_micros("modificationTime") * 1000).alias("changed_ns"),
        F.current_timestamp().alias("found_at"),
    )
    return rows.where(~F.substring("name", 1, 1).isin(*HIDDEN))
