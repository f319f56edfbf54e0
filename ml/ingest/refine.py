"""Bronze to silver and quarantine: every record goes to exactly one of them. Pure frames."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Feed
from ml.ingest.checks import fields_reason, period, reason, trimmed, typed

# The record that was received first stays, whatever arrives later: a verdict, once given, does not change.
_ARRIVAL = ("_loaded_at", "_source_file", "_source_sha256", "_row_number")


def refine(feed: Feed, bronze: DataFrame) -> DataFrame:
    """One row per bronze record: `received` (the record), the typed silver columns, and `_reason` (null: kept)."""
    columns = [column for column in feed.silver.columns if column.name != feed.period_column]
    # In steps, so that a value is computed once and not again in every expression that asks for it.
    given = bronze.select(
        F.struct(*bronze.columns).alias("received"),
        period(F.col("_source_file")).alias(feed.period_column),
        *(trimmed(column).alias(_given(column)) for column in columns),
    )
    typed_too = given.select("*", *(typed(column, F.col(_given(column))).alias(column.name) for column in columns))
    reasons = F.concat_ws("; ", *(reason(column, F.col(_given(column)), F.col(column.name)) for column in columns))
    checked = typed_too.select(
        "received",
        *(column.name for column in feed.silver.columns),
        F.coalesce(fields_reason(F.col("received._fields"), len(columns)), F.nullif(reasons, F.lit(""))).alias(
            "_reason"
        ),
    )
    return checked.withColumn("_reason", F.coalesce(F.col("_reason"), _duplicate_reason(feed)))


def kept(feed: Feed, refined: DataFrame) -> DataFrame:
    """The silver rows: one per key."""
    names = [column.name for column in feed.silver.columns]
    return refined.where(F.col("_reason").isNull()).select(*names)


def rejected(refined: DataFrame) -> DataFrame:
    """The quarantine rows: the records as received, with `_reason`."""
    return refined.where(F.col("_reason").isNotNull()).select("received.*", "_reason")


def per_file(refined: DataFrame) -> DataFrame:
    """One row per `source_file` and `source_sha256`: `rows_in`, `rows_kept`, `rows_quarantined`."""
    file = (
        F.col("received._source_file").alias("source_file"),
        F.col("received._source_sha256").alias("source_sha256"),
    )
    return refined.groupBy(*file).agg(
        F.count("*").alias("rows_in"),
        F.count_if(F.col("_reason").isNull()).alias("rows_kept"),
        F.count_if(F.col("_reason").isNotNull()).alias("rows_quarantined"),
    )


def _given(column: Column) -> str:
    return f"_given_{column.name}"


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
