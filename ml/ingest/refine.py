"""Bronze to silver and quarantine: every record goes to exactly one of them. Pure frames."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Calendar, Column, Feed, OnRepeat, PeriodFrom
from ml.records.received import bronze as received_table
from ml.records.received_values import Rule, fields_reason, period, reason, trimmed, typed

ORIGIN = ("_source_file", "_source_sha256", "_row_number", "_loaded_at")
_ARRIVAL = ("_loaded_at", "_source_file", "_source_sha256", "_row_number")
_VALUES = "_values"
# Whether a row of a judged frame was in silver before; the others are the records to judge.
_HELD = "_held"


def checked(feed: Feed, bronze: DataFrame, calendar: Calendar) -> DataFrame:
    """One row per bronze record, each checked separately.

    `received` (the record), the typed silver columns, its origin, `_values` (their hash), `_reason` (null: valid).
    """
    columns, rules = feed.received, [Rule.of(feed, column) for column in feed.received]
    named = [] if feed.source.period_from is PeriodFrom.COLUMN else [period(feed, calendar).alias(feed.period_column)]
    if feed.row_column:
        named.append(F.col("_row_number").alias(feed.row_column))
    # In steps, so that a value is computed once and not again in every expression that uses it.
    given = bronze.select(
        F.struct(*(column.name for column in received_table(feed).columns)).alias("received"),
        *ORIGIN,
        *named,
        *(trimmed(column, feed.source.spelling).alias(_given(column)) for column in columns),
    )
    typed_too = given.select("*", *(typed(rule, F.col(_given(rule.column))).alias(rule.column.name) for rule in rules))
    reasons = F.concat_ws("; ", *(reason(rule, F.col(_given(rule.column)), F.col(rule.column.name)) for rule in rules))
    return typed_too.select(
        "received",
        *(column.name for column in feed.silver.columns),
        *ORIGIN,
        _hash(feed),
        F.coalesce(fields_reason(F.col("received._fields"), len(columns)), F.nullif(reasons, F.lit(""))).alias(
            "_reason"
        ),
    )


def same_keys(feed: Feed, silver: DataFrame, records: DataFrame) -> DataFrame:
    """The silver rows with the key of one of the valid `records`: only their keys, origin and hash of values.

    The hash is not a column of silver: a reader without access to a sensitive value could find it by trial.
    """
    keys = list(feed.silver.keys)
    asked = records.where(F.col("_reason").isNull()).select(*keys).distinct()
    return silver.join(asked, on=keys, how="left_semi").select(*keys, *ORIGIN, _hash(feed))


def judged(feed: Feed, records: DataFrame, held: DataFrame | None = None) -> DataFrame:
    """The checked `records` and the silver rows that share a key with them, each with its verdict.

    `_reason` is null for rows that silver shall hold. A row of `held` with a reason is replaced by a record.
    """
    rows = records.withColumn(_HELD, F.lit(False))
    if held is not None:
        rows = rows.unionByName(
            held.withColumn(_HELD, F.lit(True)).withColumn("_reason", F.lit(None).cast("string")),
            allowMissingColumns=True,
        )
    if feed.on_repeat is OnRepeat.KEEP_NEWEST:
        return _newest(feed, rows)
    return _first(feed, rows)


def kept(feed: Feed, rows: DataFrame) -> DataFrame:
    """The judged rows that are new to silver: one per key."""
    names = [column.name for column in feed.silver.columns]
    return rows.where(F.col("_reason").isNull() & ~F.col(_HELD)).select(*names, *ORIGIN)


def rejected(rows: DataFrame) -> DataFrame:
    """The judged rows for quarantine: the records as received, with `_reason`."""
    return rows.where(F.col("_reason").isNotNull() & ~F.col(_HELD)).select("received.*", "_reason")


def replaced(rows: DataFrame) -> DataFrame:
    """The origins of the replaced silver rows, and `_reason`."""
    return rows.where(F.col("_reason").isNotNull() & F.col(_HELD)).select(*ORIGIN, "_reason")


def per_file(rows: DataFrame) -> DataFrame:
    """One row per file and whether it is `_held`: `rows_in`, `rows_kept`, `rows_quarantined`, `rows_contradicting`.

    Of held rows only the replaced ones are counted: they move from silver to quarantine and did not arrive now.
    """
    new, good = ~F.col(_HELD), F.col("_reason").isNull()
    gone = F.col(_HELD) & ~good
    return (
        rows.where(new | gone)
        .groupBy(F.col("_source_file").alias("source_file"), F.col("_source_sha256").alias("source_sha256"), _HELD)
        .agg(
            F.count_if(new).alias("rows_in"),
            (F.count_if(new & good) - F.count_if(gone)).alias("rows_kept"),
            F.count_if(~good).alias("rows_quarantined"),
            F.count_if(new & F.col("_reason").endswith(OTHER)).alias("rows_contradicting"),
        )
    )


OTHER = " with other values"
_SAME = " with the same values"


def contradiction(feed: Feed, records: int) -> str | None:
    """Why a file's records stop a feed that refuses contradictions; None if they do not."""
    refuses = feed.on_repeat is OnRepeat.REFUSE and records
    return f"{records} record(s) repeat a key with other values" if refuses else None


def _hash(feed: Feed) -> SparkColumn:
    return F.xxhash64(*(column.name for column in feed.received)).alias(_VALUES)


def _given(column: Column) -> str:
    return f"_given_{column.name}"


def _by_key(feed: Feed) -> WindowSpec:
    # Invalid records do not compete: they form a separate group for each key.
    valid = F.col("_reason").isNull()
    return Window.partitionBy(valid, *feed.silver.keys).orderBy(F.col(_HELD).desc(), *_ARRIVAL)


def _first(feed: Feed, rows: DataFrame) -> DataFrame:
    """The record that was received first stays, whatever arrives later: verdicts do not change."""
    by_key = _by_key(feed)
    first = F.first(F.struct(*ORIGIN, _VALUES)).over(by_key)
    why = F.concat(
        F.lit("duplicate "),
        _key(feed),
        F.lit(": first received in "),
        _place(first),
        F.when(first[_VALUES] == F.col(_VALUES), _SAME).otherwise(OTHER),
    )
    repeated = F.col("_reason").isNull() & (F.row_number().over(by_key) > 1)
    return rows.withColumn("_reason", F.coalesce(F.col("_reason"), F.when(repeated, why)))


def _newest(feed: Feed, rows: DataFrame) -> DataFrame:
    """The newest record wins; of consecutive equal records the first stays, so that a repeat changes nothing."""
    by_key, valid = _by_key(feed), F.col("_reason").isNull()
    before = F.lag(_VALUES).over(by_key)
    turns = rows.withColumn("_turn", valid & (before.isNull() | (before != F.col(_VALUES))))
    here = F.when(F.col("_turn"), F.struct(*ORIGIN))
    seen = F.last(here, ignorenulls=True).over(by_key.rowsBetween(Window.unboundedPreceding, -1))
    coming = F.first(here, ignorenulls=True).over(by_key.rowsBetween(1, Window.unboundedFollowing))
    told = turns.withColumn("_seen", seen).withColumn("_coming", coming)
    repeat = F.concat(F.lit("duplicate "), _key(feed), F.lit(": received in "), _place(F.col("_seen")), F.lit(_SAME))
    beaten = F.concat(F.lit("replaced "), _key(feed), F.lit(": received again in "), _place(F.col("_coming")))
    why = F.when(~F.col("_turn"), repeat).when(F.col("_coming").isNotNull(), F.concat(beaten, F.lit(OTHER)))
    return told.withColumn("_reason", F.coalesce(F.col("_reason"), F.when(valid, why))).drop(
        "_turn", "_seen", "_coming"
    )


def _key(feed: Feed) -> SparkColumn:
    keys = feed.silver.keys
    return F.concat_ws(", ", *(F.concat(F.lit(f"{feed.silver.column(k).raw_name} "), F.col(k)) for k in keys))


def _place(origin: SparkColumn) -> SparkColumn:
    file = F.regexp_extract(origin["_source_file"], r"[^/]+$", 0)
    return F.concat(file, F.lit(" as record "), origin["_row_number"])
