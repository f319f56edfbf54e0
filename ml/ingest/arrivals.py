"""Which files lie in a feed's folder: the one place where Auto Loader and a listing differ.

Auto Loader, which only Databricks has, is a stream of what its notifications bring; it keeps in the stream's checkpoint
what it has told. A listing costs one look at every file. Both give the same: each file as it lies there. What is new
among them, and what becomes of it, is the same code for both.
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
# Of each file only what tells it from others: Auto Loader's format for whole files gives that without reading them.
_FORMAT = "binaryFile"


def present(feed: Loading) -> list[Delivery]:
    """Every file of the feed's folder, as its declaration and the place where the task runs allow."""
    if feed.feed.files.discovery is Discovery.AUTO_LOADER and runtime.on_databricks():
        return arrived(feed, notified(feed.tables.spark, feed.landing))
    return listed(feed.landing)


def options() -> dict[str, str]:
    """Auto Loader's: files that are there already count, and so does one that changed under its name."""
    return {
        "cloudFiles.format": _FORMAT,
        "cloudFiles.includeExistingFiles": "true",
        "cloudFiles.allowOverwrites": "true",
    }


def notified(spark: SparkSession, folder: Path) -> DataFrame:
    """The stream of Auto Loader: `path`, `modificationTime`, `length`, and `content`, which nothing here reads."""
    return spark.readStream.format(AUTO_LOADER).options(**options()).load(str(folder))


def arrived(feed: Loading, stream: DataFrame) -> list[Delivery]:
    """Keep in `ingest_arrivals` what the stream tells of; then every file that it ever told of, as it was last."""
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
    """The rows of `ingest_arrivals` in a frame of whole files: without hidden ones, which are uploads under way."""
    name = F.element_at(F.split("path", re.escape(f"{feed.landing}/")), -1)
    rows = stream.select(
        F.lit(feed.feed.name).alias("feed"),
        name.alias("name"),
        F.col("length").alias("size_bytes"),
        (F.unix_micros("modificationTime") * 1000).alias("changed_ns"),
        F.current_timestamp().alias("found_at"),
    )
    return rows.where(~F.substring("name", 1, 1).isin(*HIDDEN))
