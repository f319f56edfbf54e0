"""Task `silver` of job `<usecase>-ingest`: bronze to silver, typed, checked and deduplicated; rejects to quarantine.

Both tables are recomputed from all of bronze: they stay a function of it, so a killed or repeated run ends with
the same rows, and a corrected declaration also corrects verdicts given before.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from ml import parameters, runtime
from ml.declarations import Feed
from ml.ingest import accounts
from ml.ingest.accounts import FileAccount, Verdict
from ml.ingest.refine import kept, per_file, refine, rejected
from ml.parameters import Common
from ml.tables import Tables, door
from ml.tables.system import bronze, quarantine


def main(arguments: Sequence[str] | None = None) -> None:
    """Refine every feed of the use case; run by job `<usecase>-ingest`."""
    task = parameters.parse("ingest_silver", arguments)
    tables = door()
    now = datetime.now(UTC)
    refined = runtime.side_by_side(lambda feed: refine_feed(tables, task, feed), task.use_case.feeds)
    accounts.record(tables, task, (account for _, files in refined for account in files), now)
    rows_in, rows_kept, rows_quarantined = (sum(each) for each in zip(*(rows for rows, _ in refined), strict=True))
    runtime.report(task="silver", rows_in=rows_in, rows_kept=rows_kept, rows_quarantined=rows_quarantined)


def refine_feed(tables: Tables, task: Common, feed: Feed) -> tuple[tuple[int, int, int], list[FileAccount]]:
    """Refine one feed. Returns the rows of bronze, silver and quarantine, each counted in its table, and by file."""
    source, silver, rejects = (
        table.full_name(task.catalog, task.use_case.name) for table in (bronze(feed), feed.silver, quarantine(feed))
    )
    with runtime.computed_once(refine(feed, tables.read(source))) as refined:
        tables.replace(feed.silver, silver, kept(feed, refined))
        tables.replace(quarantine(feed), rejects, rejected(refined))
        files = [
            FileAccount(table_name=silver, verdict=Verdict.CHECKED, **row.asDict())
            for row in per_file(refined).collect()
        ]
    rows_in, rows_kept, rows_quarantined = tables.counts(source, silver, rejects)
    return (rows_in, rows_kept, rows_quarantined), files
