"""Spark queries over all parts: counts of all rows by a few columns, and samples by all columns."""

import functools
import operator
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Calendar
from ml.examples.dataset import PERIOD
from ml.monitoring.parts import Part
from ml.monitoring.period_fingerprints import Count
from ml.tables import pandas_of

# The columns of a sample's row besides `_period` and those of its part.
VERSION, CHECKSUM = "_version", "_checksum"
_DAY = "_day"


def counted(parts: Sequence[Part], calendar: Calendar) -> list[Count]:
    """The rows of every part, period and model version; without checksums.

    Spark counts by day, because it takes longer to compute a period's first day for each row than to count more groups.
    """
    rows = _union([_counts(part, calendar) for part in parts]).collect()
    return added_up([Count(**row.asDict()) for row in rows])


def added_up(counts: Sequence[Count]) -> list[Count]:
    """One count per part, period and model version."""
    groups: dict[tuple[str, date, int | None], list[Count]] = {}
    for each in counts:
        groups.setdefault((each.part, each.period, each.version), []).append(each)
    return [functools.reduce(operator.add, group) for group in groups.values()]


def fetched(
    parts: Sequence[Part], calendar: Calendar, largest_hash: Mapping[date, int | None]
) -> dict[str, pd.DataFrame]:
    """By part, the rows whose key's hash is at most their period's `largest_hash`; None: no row of the period.

    Columns: `_period`, `_version`, `_checksum` (of the row), and those that the part fetches.
    """
    sampled = [part for part in parts if part.hashed is not None]
    frames = runtime.side_by_side(lambda part: pandas_of(_sample(part, calendar, largest_hash, part.fetched)), sampled)
    return {part.name: rows for part, rows in zip(sampled, frames, strict=True)}


def checked(parts: Sequence[Part], calendar: Calendar, largest_hash: Mapping[date, int | None]) -> list[Count]:
    """The checksums of the same rows by part, period and model version, without fetching any."""
    if not any(each is not None for each in largest_hash.values()):
        return []
    sums = [
        _sample(part, calendar, largest_hash, {})
        .groupBy(F.col(PERIOD).alias("period"), F.col(VERSION).alias("version"))
        .agg(F.lit(part.name).alias("part"), F.bit_xor(CHECKSUM).alias("checksum"))
        for part in parts
        if part.hashed is not None
    ]
    return [Count(**row.asDict()) for row in _union(sums).collect()]


def largest_by_day(largest_hash: Mapping[date, int | None]) -> str:
    """Spark SQL for the largest hash by the day of a row. Periods in a row with the same one are one range."""
    found: list[str] = []
    last = None
    for period, largest in sorted(largest_hash.items()):
        if largest != last:
            found.append(f"WHEN {_DAY} >= DATE'{period}' THEN {'NULL' if largest is None else f'{largest}L'}")
        last = largest
    return f"CASE {' '.join(reversed(found))} END" if found else "CAST(NULL AS BIGINT)"


def _counts(part: Part, calendar: Calendar) -> DataFrame:
    """Only what the part has is grouped by and added up: a null costs as much time as a value."""
    columns = {"version": part.version, "known": part.known, "duplicate": part.duplicate}
    present = {name: column for name, column in columns.items() if column is not None}
    sums = {"known": F.max("known").alias("known"), "duplicate": F.sum("duplicate").alias("duplicates")}
    grouped = (
        part.rows.select(F.expr(part.day).alias(_DAY), *(column.alias(name) for name, column in present.items()))
        .groupBy(_DAY, *(name for name in present if name == "version"))
        .agg(F.count("*").alias("rows"), *(column for name, column in sums.items() if name in present))
    )
    absent = F.lit(None)
    return grouped.select(
        F.lit(part.name).alias("part"),
        _period(calendar).alias("period"),
        (absent if part.version is None else F.col("version")).cast("int").alias("version"),
        "rows",
        (absent if part.known is None else F.expr(calendar.start_sql("known", part.known_type)))
        .cast("date")
        .alias("known"),
        (F.lit(0) if part.duplicate is None else F.coalesce("duplicates", F.lit(0))).cast("long").alias("duplicates"),
    )


def _sample(
    part: Part,
    calendar: Calendar,
    largest_hash: Mapping[date, int | None],
    columns: Mapping[str, SparkColumn],
) -> DataFrame:
    assert part.hashed is not None, "only parts with a key are sampled"
    dated = part.rows.select("*", F.expr(part.day).alias(_DAY))
    # Files of earlier days only are not read.
    first = min((period for period, largest in largest_hash.items() if largest is not None), default=date.max)
    sampled = dated.where(F.col(_DAY) >= F.lit(first)).where(part.hashed <= F.expr(largest_by_day(largest_hash)))
    return sampled.select(
        _period(calendar).alias(PERIOD),
        (F.lit(None) if part.version is None else part.version).cast("int").alias(VERSION),
        F.xxhash64(*part.checked).alias(CHECKSUM),
        *(column.alias(name) for name, column in columns.items()),
    )


def _period(calendar: Calendar) -> SparkColumn:
    return F.expr(calendar.start_sql(_DAY, "date"))


def _union(frames: Sequence[DataFrame]) -> DataFrame:
    return functools.reduce(DataFrame.unionByName, frames)
