"""Bronze to silver and quarantine: every record goes to exactly one of them. Pure frames."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed
from ml.ingest.checks import fields_reason, period, reason, typed

# The record that was received first stays, whatever arrives later: a verdict, once given, does not change.
_ARRIVAL = ("_loaded_at", "_source_file", "_source_sha256", "_row_number")


def refine(feed: Feed, bronze: DataFrame) -> DataFrame:
    """One row per bronze record: `received` (the record), the typed silver columns, and `_reason` (null: kept)."""
    received = F.struct(*(F.col(name) for name in bronze.columns)).alias("received")
    checked = bronze.select(received, *_values(feed), _reasons(feed).alias("_reason"))
    return checked.withColumn("_reason", F.coalesce(F.col("_reason"), _duplicate_reason(feed)))


def kept(feed: Feed, refined: DataFrame) -> DataFrame:
    """The silver rows: one per key."""
    names = [column.name for column in feed.silver.columns]
    return refined.where(F.col("_reason").isNull()).select(*names)


def rejected(refined: DataFrame) -> DataFrame:
    """The quarantine rows: the records as received, with `_reason`."""
    return refined.where(F.col("_reason").isNotNull()).select("received.*", "_reason")


def per_file(refined: DataFrame) -> DataFrame:
    """One row per source file and hash: `rows_in`, `rows_kept`, `rows_quarantined`."""
    return refined.groupBy("received._source_file", "received._source_sha256").agg(
        F.count("*").alias("rows_in"),
        F.count_if(F.col("_reason").isNull()).alias("rows_kept"),
        F.count_if(F.col("_reason").isNotNull()).alias("rows_quarantined"),
    )


def _values(feed: Feed) -> list[SparkColumn]:
    return [
        (period(F.col("_source_file")) if column.name == feed.period_column else typed(column)).alias(column.name)
        for column in feed.silver.columns
    ]


def _reasons(feed: Feed) -> SparkColumn:
    columns = [column for column in feed.silver.columns if column.name != feed.period_column]
    why = F.concat_ws("; ", *(reason(column) for column in columns))
    return F.coalesce(fields_reason(len(columns)), F.when(why != "", why))


def _duplicate_reason(feed: Feed) -> SparkColumn:
    keys = feed.silver.keys
    valid = F.col("_reason").isNull()
    same_key = Window.partitionBy(valid, *keys).orderBy(*(f"received.{name}" for name in _ARRIVAL))
    values = F.struct(*(column.name for column in feed.silver.columns if column.name != feed.period_column))
    key = F.concat_ws(", ", *(F.concat(F.lit(f"{feed.silver.column(k).raw_name} "), F.col(k)) for k in keys))
    first = F.first(F.struct("received._source_file", "received._row_number", values.alias("values"))).over(same_key)
    same = F.when(first["values"] == values, "the same").otherwise("other")
    described = F.concat(
        F.lit("duplicate "),
        key,
        F.lit(": first received in "),
        F.regexp_extract(first["_source_file"], r"[^/]+$", 0),
        F.lit(" as record "),
        first["_row_number"],
        F.lit(" with "),
        same,
        F.lit(" values"),
    )
    return F.when(valid & (F.row_number().over(same_key) > 1), described)
