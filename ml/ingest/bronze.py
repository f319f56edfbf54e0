"""Task `bronze` of job `<usecase>-ingest`: landing files to bronze, exactly as received.

A file is loaded once per name and content. A file that cannot be understood is refused whole and recorded in
`ingest_files`; all others load, and then the task fails naming the refused ones, so that nobody overlooks them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Feed
from ml.ingest.files import Inspected, inspect, records
from ml.ingest.landing import landed, readable
from ml.parameters import Common
from ml.tables import Tables, door, frame_of
from ml.tables.system import INGEST_FILES, bronze

LOADED, ALREADY_LOADED, REFUSED = "loaded", "already_loaded", "refused"


class RefusedFilesError(RuntimeError):
    """Files were refused. Everything else has been loaded."""


@dataclass(frozen=True)
class Loaded:
    """One file's account for `ingest_files`."""

    file: str
    sha256: str
    verdict: str
    reason: str | None
    rows_in: int
    rows_kept: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Load every feed of the use case; run by job `<usecase>-ingest`."""
    task = parameters.parse("ingest_bronze", arguments)
    tables = door()
    volume = f"{task.catalog}.{task.use_case.landing_volume}"
    landing = Path(tables.volume_path(volume))
    now = datetime.now(UTC)
    found = {feed: load(tables, task, feed, landing / feed.name, now) for feed in task.use_case.feeds}
    record(tables, task, found, now)
    files = [file for each in found.values() for file in each]
    refused = [file for file in files if file.verdict == REFUSED]
    runtime.report(
        task="bronze",
        rows_in=sum(file.rows_in for file in files),
        rows_kept=sum(file.rows_kept for file in files),
        rows_quarantined=0,
        files_loaded=sum(file.verdict == LOADED for file in files),
        files_already_loaded=sum(file.verdict == ALREADY_LOADED for file in files),
        files_refused=len(refused),
    )
    if refused:
        listed = "\n".join(f"  {file.file}: {file.reason}" for file in refused)
        raise RefusedFilesError(f"{len(refused)} file(s) refused, all others loaded:\n{listed}")


def load(tables: Tables, task: Common, feed: Feed, landing: Path, now: datetime) -> list[Loaded]:
    """Load the new files of one feed and account for all of them."""
    table = bronze(feed)
    full_name = table.full_name(task.catalog, task.use_case.name)
    tables.create(table, full_name)
    folder = f"/Volumes/{task.catalog}/{task.use_case.landing_volume.replace('.', '/')}/{feed.name}"
    entries = landed(landing)
    inspected = inspect(tables.spark, feed, readable(entries))
    known = held(tables, full_name)
    fresh = [
        landing / each.name
        for each in inspected
        if not each.problem and (f"{folder}/{each.name}", each.sha256) not in known
    ]
    if fresh:
        tables.append(table, full_name, records(tables.spark, feed, fresh, folder, now))
    after = held(tables, full_name) if fresh else known
    refused = [
        Loaded(f"{folder}/{entry.path.name}", "", REFUSED, entry.problem, 0, 0) for entry in entries if entry.problem
    ]
    return refused + [_account(f"{folder}/{each.name}", each, known, after) for each in inspected]


def held(tables: Tables, full_name: str) -> dict[tuple[str, str], int]:
    """Rows that a bronze table holds, by file and hash."""
    counted = tables.read(full_name).groupBy("_source_file", "_source_sha256").agg(F.count("*").alias("held"))
    return {(row["_source_file"], row["_source_sha256"]): row["held"] for row in counted.collect()}


def _account(
    file: str, seen: Inspected, known: dict[tuple[str, str], int], after: dict[tuple[str, str], int]
) -> Loaded:
    if seen.problem:
        return Loaded(file, seen.sha256, REFUSED, seen.problem, 0, 0)
    key = (file, seen.sha256)
    return Loaded(file, seen.sha256, ALREADY_LOADED if key in known else LOADED, None, seen.rows, after.get(key, 0))


def record(tables: Tables, task: Common, found: dict[Feed, list[Loaded]], now: datetime) -> None:
    """Append this run's account of every file to `ingest_files`."""
    rows = [
        {
            "run_id": task.run_id,
            "table_name": bronze(feed).full_name(task.catalog, task.use_case.name),
            "source_file": file.file,
            "source_sha256": file.sha256,
            "verdict": file.verdict,
            "reason": file.reason,
            "rows_in": file.rows_in,
            "rows_kept": file.rows_kept,
            "rows_quarantined": 0,
            "recorded_at": now,
        }
        for feed, files in found.items()
        for file in files
    ]
    full_name = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    tables.append(INGEST_FILES, full_name, frame_of(tables.spark, INGEST_FILES, rows))
