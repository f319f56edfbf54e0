"""Task `silver` of job `<usecase>-ingest`: bronze to silver, typed, checked and deduplicated; rejects to quarantine.

Both tables are recomputed from all of bronze: they stay a function of it, so a killed or repeated run ends with
the same rows, and a corrected declaration also corrects verdicts given before.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Feed
from ml.ingest.refine import kept, per_file, refine, rejected
from ml.parameters import Common
from ml.tables import Tables, door
from ml.tables.system import INGEST_FILES, bronze, quarantine


def main(arguments: Sequence[str] | None = None) -> None:
    """Refine every feed of the use case; run by job `<usecase>-ingest`."""
    task = parameters.parse("ingest_silver", arguments)
    tables = door()
    now = datetime.now(UTC)
    counts = [refine_feed(tables, task, feed, now) for feed in task.use_case.feeds]
    rows_in, rows_kept, rows_quarantined = (sum(each) for each in zip(*counts, strict=True))
    runtime.report(task="silver", rows_in=rows_in, rows_kept=rows_kept, rows_quarantined=rows_quarantined)


def refine_feed(tables: Tables, task: Common, feed: Feed, now: datetime) -> tuple[int, int, int]:
    """Refine one feed. Returns the rows of bronze, silver and quarantine, each counted in its table."""
    source, silver, rejects = (
        table.full_name(task.catalog, task.use_case.name) for table in (bronze(feed), feed.silver, quarantine(feed))
    )
    received = tables.read(source, tables.version(source))
    with runtime.computed_once(refine(feed, received)) as refined:
        tables.replace(feed.silver, silver, kept(feed, refined))
        tables.replace(quarantine(feed), rejects, rejected(refined))
        record(tables, task, silver, refined, now)
    return received.count(), tables.read(silver).count(), tables.read(rejects).count()


def record(tables: Tables, task: Common, silver: str, refined: DataFrame, now: datetime) -> None:
    """Append this run's account of every source file to `ingest_files`."""
    files = per_file(refined).select(
        F.lit(task.run_id).alias("run_id"),
        F.lit(silver).alias("table_name"),
        F.col("_source_file").alias("source_file"),
        F.col("_source_sha256").alias("source_sha256"),
        F.lit("checked").alias("verdict"),
        F.lit(None).cast("string").alias("reason"),
        *("rows_in", "rows_kept", "rows_quarantined"),
        F.lit(now).alias("recorded_at"),
    )
    tables.append(INGEST_FILES, INGEST_FILES.full_name(task.catalog, task.use_case.name), files)
