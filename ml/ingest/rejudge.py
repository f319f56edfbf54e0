"""Silver after records leave bronze: every record that shares a key with them is judged again. Pure frames.

A record that lost against a removed one counts again, and quarantine names the record that it now loses against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.refine import OTHER, contradiction
from ml.records.received import RECORD_KEYS

_ORIGIN = list(RECORD_KEYS)
_VERDICTS = {
    "new": Verdict.CHECKED,
    "gone": Verdict.REMOVED,
    "won": Verdict.RESTORED,
    "lost": Verdict.REPLACED,
}


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The bronze records around a removal: `held` are all records in bronze, `came` and `left` the changes.

    A record that came and left between two batches is in neither.
    """

    held: DataFrame
    came: DataFrame
    left: DataFrame

    @property
    def changed(self) -> DataFrame:
        """The records that came, and those that left."""
        return self.came.unionByName(self.left)


def moved(held: DataFrame, inserted: DataFrame, deleted: DataFrame) -> Moved:
    """The records that came and left, from the changes of a bronze table that now holds `held`."""
    came = inserted.join(held.select(*_ORIGIN), _ORIGIN, "left_semi")
    left = deleted.join(held.select(*_ORIGIN), _ORIGIN, "left_anti")
    return Moved(held=held, came=came, left=left.join(inserted.select(*_ORIGIN), _ORIGIN, "left_anti"))


def concerned(feed: Feed, records: Moved, held: DataFrame, changed: DataFrame) -> DataFrame:
    """Every bronze record that came or shares a key with one that came or left, with the flag `_new`.

    `held` and `changed` are those of `records`, checked.
    """
    keys = list(feed.silver.keys)
    touched = changed.where(F.col("_reason").isNull()).select(*keys).distinct()
    came = records.came.select(*_ORIGIN, F.lit(True).alias("_new"))
    marked = held.join(came, _ORIGIN, "left").withColumn("_new", F.coalesce("_new", F.lit(False)))
    again = marked.where(F.col("_reason").isNull()).join(touched, keys, "left_semi").select(*marked.columns)
    return again.unionByName(marked.where(F.col("_new") & F.col("_reason").isNotNull()))


def per_file(rows: DataFrame, left: DataFrame, silver: DataFrame) -> DataFrame:
    """One row per file with the result for its records: `status`, `kept` and `quarantined` (the gains), `records`, and
    the number that is `contradicting` others.

    `rows` are judged, `left` are the records that left, `silver` is the table before.
    """
    before = silver.select(*_ORIGIN, F.lit(1).alias("was"))
    now = F.when(F.col("_reason").isNull(), 1).otherwise(0)
    contradicts = F.coalesce(F.col("_reason").endswith(OTHER), F.lit(False)).alias("contradicts")
    stay = rows.select(*_ORIGIN, F.col("_new").alias("new"), now.alias("is"), contradicts)
    gone = left.select(
        *_ORIGIN, F.lit(False).alias("new"), F.lit(None).cast("int").alias("is"), F.lit(False).alias("contradicts")
    )
    both = stay.unionByName(gone).join(before, _ORIGIN, "left")
    was, new, here = F.coalesce("was", F.lit(0)), F.col("new"), F.col("is").isNotNull()
    gained = F.coalesce("is", F.lit(0)) - F.when(new, 0).otherwise(was)
    status = F.when(new, "new").when(~here, "gone").when(gained > 0, "won").when(gained < 0, "lost").otherwise("same")
    quarantined = F.when(here, 1 - F.col("is")).otherwise(0) - F.when(new, 0).otherwise(1 - was)
    told = both.select(
        *_ORIGIN, status.alias("status"), gained.alias("kept"), quarantined.alias("quarantined"), "contradicts"
    )
    return (
        told.where(F.col("status") != "same")
        .groupBy("_source_file", "_source_sha256", "status")
        .agg(
            F.sum("kept").alias("kept"),
            F.sum("quarantined").alias("quarantined"),
            F.count("*").alias("records"),
            F.count_if("contradicts").alias("contradicting"),
        )
    )


def origins(rows: DataFrame, left: DataFrame) -> DataFrame:
    """The origins of records that were judged or left: their rows in silver and quarantine may change."""
    return rows.select(*_ORIGIN).unionByName(left.select(*_ORIGIN))


def accounts_of(feed: Feed, table_name: str, counted: Sequence[Row]) -> list[FileAccount]:
    """The accounts from the rows of `per_file`."""
    return [
        FileAccount(
            table_name=table_name,
            source_file=row["_source_file"],
            source_sha256=row["_source_sha256"],
            verdict=_VERDICTS[row["status"]],
            reason=contradiction(feed, row["contradicting"]) if row["status"] == "new" else None,
            rows_in=row["records"] if row["status"] == "new" else 0,
            rows_kept=row["kept"],
            rows_quarantined=row["quarantined"],
            rows_removed=row["records"] if row["status"] == "gone" else 0,
        )
        for row in counted
    ]
