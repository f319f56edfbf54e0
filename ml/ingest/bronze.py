"""Task `bronze` of job `<usecase>-ingest`: landing files to bronze, exactly as received.

A file is loaded once per name and content. A file that cannot be understood is refused whole and recorded in
`ingest_files`; all others load, and then the task fails naming the refused ones, so that nobody overlooks them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Feed
from ml.ingest import accounts
from ml.ingest.accounts import FileAccount, Verdict
from ml.ingest.files import Inspected, inspect, records
from ml.ingest.landing import landed, readable
from ml.parameters import Common
from ml.tables import Tables, door
from ml.tables.system import bronze

Held = dict[tuple[str, str], int]


class RefusedFilesError(RuntimeError):
    """Files were refused. Everything else has been loaded."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Load every feed of the use case; run by job `<usecase>-ingest`."""
    task = parameters.parse("ingest_bronze", arguments)
    tables = door()
    volume = f"{task.catalog}.{task.use_case.landing_volume}"
    landing = Path(tables.volume_path(volume))
    now = datetime.now(UTC)
    loaded = runtime.side_by_side(lambda feed: load(tables, task, feed, landing / feed.name, now), task.use_case.feeds)
    files = [file for each in loaded for file in each]
    accounts.record(tables, task, files, now)
    refused = [file for file in files if file.verdict is Verdict.REFUSED]
    runtime.report(
        task="bronze",
        rows_in=sum(file.rows_in for file in files),
        rows_kept=sum(file.rows_kept for file in files),
        rows_quarantined=0,
        files_loaded=sum(file.verdict is Verdict.LOADED for file in files),
        files_already_loaded=sum(file.verdict is Verdict.ALREADY_LOADED for file in files),
        files_refused=len(refused),
    )
    if refused:
        listed = "\n".join(f"  {file.source_file}: {file.reason}" for file in refused)
        raise RefusedFilesError(f"{len(refused)} file(s) refused, all others loaded:\n{listed}")


def load(tables: Tables, task: Common, feed: Feed, landing: Path, now: datetime) -> list[FileAccount]:
    """Load the new files of one feed, and account for all of them."""
    table = bronze(feed)
    full_name = table.full_name(task.catalog, task.use_case.name)
    tables.create(table, full_name)
    folder = f"/Volumes/{task.catalog}/{task.use_case.landing_volume.replace('.', '/')}/{feed.name}"
    entries = landed(landing)
    inspected = inspect(tables.spark, feed, readable(entries), accounts.loaded(tables, task, full_name))
    known = held(tables, full_name) if inspected else {}
    fresh = [each for each in inspected if not each.problem and (f"{folder}/{each.name}", each.sha256) not in known]
    if fresh:
        paths = [landing / each.name for each in fresh]
        with runtime.computed_once(records(tables.spark, feed, paths, folder, now)) as rows:
            tables.append(table, full_name, rows)
    after = held(tables, full_name) if fresh else known
    unopened = [
        FileAccount(
            table_name=full_name,
            source_file=f"{folder}/{entry.path.name}",
            verdict=Verdict.REFUSED,
            reason=entry.problem,
        )
        for entry in entries
        if entry.problem
    ]
    return unopened + [account(full_name, f"{folder}/{each.name}", each, known, after) for each in inspected]


def held(tables: Tables, full_name: str) -> Held:
    """Rows that a bronze table holds, by file and hash."""
    counted = tables.read(full_name).groupBy("_source_file", "_source_sha256").agg(F.count("*").alias("held"))
    return {(row["_source_file"], row["_source_sha256"]): row["held"] for row in counted.collect()}


def account(full_name: str, file: str, seen: Inspected, before: Held, after: Held) -> FileAccount:
    """What became of an inspected file, from what bronze held before and holds after."""
    key = (file, seen.sha256)
    taken = Verdict.ALREADY_LOADED if key in before else Verdict.LOADED
    return FileAccount(
        table_name=full_name,
        source_file=file,
        source_sha256=seen.sha256,
        verdict=Verdict.REFUSED if seen.problem else taken,
        reason=seen.problem,
        rows_in=seen.rows,
        rows_kept=after.get(key, 0),
    )
