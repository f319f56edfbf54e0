"""Measures of deliveries in one pass: the broken expectations of each record, counts, and histograms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed, Table
from ml.declarations.expectations import Complete, OfRows, Range, Refers, Steady, Unique
from ml.ingest.delivery_verdicts import Check, Delivery
from ml.parameters import Common
from ml.tables import Tables

FILE = ("_source_file", "_source_sha256")
BROKEN = "_broken"
_BINS = 10
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Judging:
    """One feed and the tables for judging its deliveries."""

    tables: Tables
    task: Common
    feed: Feed

    def name(self, table: Table) -> str:
        """Full name of a table of the use case."""
        return table.full_name(self.task.catalog, self.task.use_case.name)

    def rows_of(self, table: Table) -> DataFrame:
        """The rows of a record table for the feed."""
        return self.tables.read(self.name(table)).where(F.col("feed") == self.feed.name)


def marked(judging: Judging, rows: DataFrame) -> DataFrame:
    """Silver `rows` with `_broken`: the names of the record-level expectations that each row breaks."""
    broken = []
    for number, each in enumerate(judging.feed.expects):
        if isinstance(each, Refers):
            rows = _with_reference(judging, rows, each, f"_refers_{number}")
        if isinstance(each, OfRows):
            broken.append(F.when(_breaks(each, f"_refers_{number}"), F.lit(each.name)))
    names = F.array_compact(F.array(*broken)) if broken else F.array().cast("array<string>")
    return rows.withColumn(BROKEN, names)


def _with_reference(judging: Judging, rows: DataFrame, each: Refers, found: str) -> DataFrame:
    """Adds the column `found`: true if the other table has the key, otherwise null."""
    keys = [F.col(key).alias(f"_key_{number}") for number, key in enumerate(each.to.keys)]
    there = judging.tables.read(judging.name(each.to)).select(*keys).distinct().withColumn(found, F.lit(True))
    same = [F.col(name) == F.col(f"_key_{number}") for number, name in enumerate(each.of)]
    return rows.join(there, on=same, how="left").drop(*(f"_key_{number}" for number in range(len(keys))))


def _breaks(each: OfRows, found: str) -> SparkColumn:
    """Whether a record breaks the expectation; null counts as no."""
    match each:
        case Complete(column=column):
            return F.col(column).isNull()
        case Range(column=column, minimum=low, maximum=high):
            under = F.lit(False) if low is None else F.col(column) < low
            return under if high is None else under | (F.col(column) > high)
        case Unique(of=columns):
            alike = F.count("*").over(Window.partitionBy(*FILE, *columns))
            return (alike > 1) & _all_known(columns)
        case Refers(of=columns):
            return F.col(found).isNull() & _all_known(columns)
    raise TypeError(f"{each.name} is about no single record")


def _all_known(columns: Sequence[str]) -> SparkColumn:
    known = F.lit(True)
    for column in columns:
        known &= F.col(column).isNotNull()
    return known


def edges_of(feed: Feed, rows: DataFrame, before: Sequence[Check]) -> dict[str, list[float]]:
    """The bin edges of each column with a stability expectation: from earlier deliveries; at first, the deciles."""
    steady = [each for each in feed.expects if isinstance(each, Steady)]
    known = {check.expectation: json.loads(check.details)["edges"] for check in before if check.details}
    new = [each.column for each in steady if each.name not in known]
    at = [number / _BINS for number in range(1, _BINS)]
    deciles = rows.select(*(F.percentile_approx(column, at).alias(column) for column in new)).first() if new else None
    found = {column: sorted({float(edge) for edge in deciles[column] or ()}) for column in new} if deciles else {}
    return {each.column: known.get(each.name) or found.get(each.column, []) for each in steady}


def measure(
    judging: Judging, rows: DataFrame, pending: Sequence[Row], edges: Mapping[str, Sequence[float]]
) -> list[Delivery]:
    """Each pending delivery, measured in one pass over the marked rows; 0 if silver took none of its records."""
    counted = [
        F.count_if(F.array_contains(BROKEN, each.name)).alias(f"broken {each.name}")
        for each in judging.feed.expects
        if isinstance(each, OfRows)
    ]
    binned = [
        F.array(*(F.count_if(F.col(column) > edge) for edge in parts), F.count(column)).alias(f"over {column}")
        for column, parts in edges.items()
    ]
    newest = F.max(F.col(judging.feed.period_column).cast("date")).alias("newest")
    loaded = F.max("_loaded_at").alias("loaded")
    found = rows.groupBy(*FILE).agg(F.count("*").alias("rows"), newest, loaded, *counted, *binned).collect()
    by_file = {(row["_source_file"], row["_source_sha256"]): row.asDict() for row in found}
    empty = {"rows": 0, "newest": None, "loaded": datetime.now(UTC)}
    return [
        _delivery(judging, each, by_file.get((each["source_file"], each["source_sha256"]), empty), edges)
        for each in pending
    ]


def _delivery(judging: Judging, file: Row, row: Row, edges: Mapping[str, Sequence[float]]) -> Delivery:
    newest: date | None = row["newest"]
    calendar = judging.task.use_case.calendar
    return Delivery(
        source_file=file["source_file"],
        source_sha256=file["source_sha256"],
        rows=row["rows"],
        loaded_at=row["loaded"],
        newest_period=newest,
        period_ended=None if newest is None else calendar.add(newest, 1),
        broken={name.removeprefix("broken "): count for name, count in row.items() if name.startswith("broken ")},
        edges=edges,
        counts={column: _bins(row[f"over {column}"]) for column in edges if f"over {column}" in row},
    )


def _bins(over: Sequence[int]) -> list[int]:
    """Records in each bin, from the numbers above each edge and, last, the total."""
    *beyond, known = over
    return [more - less for more, less in pairwise([known, *beyond, 0])]
