"""Task `bronze` of job `<usecase>-ingest`: new records of each feed's source to bronze, exactly as received.

This module loads files; `other_table` loads rows of another team's table, `topic` loads messages. It reads only
deliveries that the feed's checkpoint does not contain. Each gets one verdict: loaded, refused, already loaded (the same
bytes under the same name), or postponed (it was still being written). An unreadable file is refused completely and
recorded in `ingest_files`; all others load, and then the task fails and names the refused files, so that nobody
overlooks them. Withdrawn deliveries and forgotten people are removed before anything new is loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import OtherTable, Source, Topic
from ml.ingest import file_log, forgetting, other_table, requests, restores, topic, withdrawals
from ml.ingest.arrivals import present
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.files import CHANGED, Inspected, inspected, opened, parsed, records
from ml.ingest.landing import entry_problem
from ml.ingest.loading import Loading, loading
from ml.ingest.removals import remove
from ml.people import PERSON
from ml.records.received import bronze
from ml.streams.checkpoint import Position
from ml.streams.deliveries import fresh, marks
from ml.tables import door


class RefusedFilesError(RuntimeError):
    """Files were refused. Everything else has been loaded."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Load every feed of the use case; run by job `<usecase>-ingest`."""
    flags = parameters.with_requests("ingest_bronze")
    flags.add_argument("--secret-scope", type=parameters.name, help="the scope with the secrets of topics")
    given = flags.parse_args(arguments)
    task = parameters.common(given)
    tables = door()
    feeds = [loading(tables, task, feed, given.secret_scope) for feed in task.use_case.feeds]
    answered = requests.answer(feeds, given)
    restores.apply(tables, task, feeds[0].kept)
    people = forgetting.people(tables, task, feeds[0].secrets)
    feeds = [replace(feed, people=people) for feed in feeds]
    files = [file for each in runtime.side_by_side(load_feed, feeds) for file in each]
    file_log.require_balance(tables, task, [each.full_name for each in feeds])
    _report(files, answered)
    require_none_refused(files)


def require_none_refused(files: Sequence[FileAccount]) -> None:
    """Raise `RefusedFilesError` with every delivery that was refused, and why."""
    refused = [file for file in files if file.verdict is Verdict.REFUSED]
    if refused:
        reasons = "\n".join(f"  {file.source_file}: {file.reason}" for file in refused)
        raise RefusedFilesError(f"{len(refused)} file(s) refused, all others loaded:\n{reasons}")


def _report(files: Sequence[FileAccount], answered: Mapping[str, object]) -> None:
    runtime.report(
        task="bronze",
        rows_in=sum(file.rows_in for file in files),
        rows_kept=sum(file.rows_kept for file in files),
        rows_quarantined=0,
        rows_removed=sum(file.rows_removed for file in files),
        **{f"files_{verdict}": sum(file.verdict is verdict for file in files) for verdict in file_log.OF_DELIVERIES},
        **answered,
    )


def load_feed(feed: Loading) -> list[FileAccount]:
    """Load the new records of one feed from any kind of source. Returns the account of every delivery."""
    match feed.feed.source:
        case OtherTable() as source:
            return other_table.load(feed, source)
        case Topic() as source:
            return topic.load(feed, source)
        case Source():
            return load_files(feed)


def load_files(feed: Loading) -> list[FileAccount]:
    """Finish the uncommitted batch of a killed run, then load the feed's new files. Returns the account of both."""
    feed.tables.create(bronze(feed.feed), feed.full_name)
    position = feed.checkpoint.position()
    done: list[FileAccount] = []
    if position.plan is not None:
        position, done = _batch(feed, position, feed.held(position.plan))
    done += remove(feed)
    found = fresh(present(feed), position.seen)
    if not found:
        return done
    plan = {"files": marks(found), "loaded_at": datetime.now(UTC).isoformat()}
    return done + _batch(feed, feed.checkpoint.plan(position, plan), {})[1]


def _batch(
    feed: Loading, position: Position, held: Mapping[tuple[str, str], int]
) -> tuple[Position, list[FileAccount]]:
    """Execute the plan exactly once. `held`: rows that a killed attempt has left in bronze, by name and hash."""
    assert position.plan is not None
    planned, loaded_at = dict(position.plan["files"]), datetime.fromisoformat(position.plan["loaded_at"])
    done = [feed.account(file, Verdict.LOADED, sha256=sha256, rows=rows) for (file, sha256), rows in held.items()]
    left = {name for name in planned if f"{feed.folder}/{name}" not in {file for file, _ in held}}
    spelled = (feed.feed.files, feed.task.use_case.calendar)
    problems = {name: entry_problem(feed.landing / name, *spelled) for name in sorted(left)}
    done += [
        feed.account(f"{feed.folder}/{name}", Verdict.REFUSED, reason=why) for name, why in problems.items() if why
    ]
    readable = [name for name, why in problems.items() if not why]
    if readable:
        done += _read(feed, position, readable, loaded_at, appended=bool(held))
    file_log.record(feed.tables, feed.task, done, loaded_at, stream=position.stream, batch=position.batch)
    postponed = {Path(each.source_file).name for each in done if each.verdict is Verdict.POSTPONED}
    known = {name: mark for name, mark in planned.items() if name not in postponed}
    return feed.checkpoint.commit(position, {**position.seen, **known}), done


def _read(
    feed: Loading, position: Position, names: Sequence[str], loaded_at: datetime, *, appended: bool
) -> list[FileAccount]:
    """Parse files and append their records. If the batch was `appended` before, newly readable files wait."""
    spark = feed.tables.spark
    # A known name may bring bytes that were loaded before; if the stream restarts, any name may.
    asked = [name for name in names if not position.seen or name in position.seen]
    before = file_log.loaded(feed.tables, feed.task, feed.full_name, [f"{feed.folder}/{name}" for name in asked])
    files = opened(spark, [feed.landing / name for name in names], before)
    with runtime.computed_once(parsed(feed.feed, files, feed.folder)) as rows:
        found = _still(feed, inspected(rows))
        good = [] if appended else [each for each in found if _verdict(each) is Verdict.LOADED]
        new = feed.marked(records(rows, good, feed.folder, loaded_at))
        dropped = _dropped(feed, new) if good else {}
        if good:
            feed.tables.append_batch(
                bronze(feed.feed),
                feed.full_name,
                new.where(F.col(PERSON).isNull()).drop(PERSON),
                stream=position.stream,
                batch=position.batch,
            )
    taken = {each.name for each in good}
    return [_of(feed, each, taken=each.name in taken, dropped=dropped.get(each.name, 0)) for each in found]


def _dropped(feed: Loading, marked: DataFrame) -> dict[str, int]:
    """The number of forgotten people's records in each file, by the file's name."""
    if not feed.people:
        return {}
    counted = marked.where(F.col(PERSON).isNotNull()).groupBy("_source_file").agg(F.count("*").alias("rows"))
    return {Path(row["_source_file"]).name: row["rows"] for row in counted.collect()}


def _still(feed: Loading, found: Sequence[Inspected]) -> list[Inspected]:
    """The inspected files; withdrawn bytes count as a problem of the file."""
    if not any(each.known for each in found):
        return list(found)
    rows = withdrawals.withdrawn(feed.tables, feed.task, feed.full_name)
    gone = {(row["source_file"], row["source_sha256"]): withdrawals.withdrawal_text(row) for row in reversed(rows)}
    problem = "this content was withdrawn {}; deliver the correct content under this name"

    def judged(each: Inspected) -> Inspected:
        told = gone.get((f"{feed.folder}/{each.name}", each.sha256))
        return replace(each, problem=problem.format(told)) if each.known and told else each

    return [judged(each) for each in found]


def _verdict(seen: Inspected) -> Verdict:
    if seen.changing:
        return Verdict.POSTPONED
    if seen.problem:
        return Verdict.REFUSED
    return Verdict.ALREADY_LOADED if seen.known else Verdict.LOADED


def _of(feed: Loading, seen: Inspected, *, taken: bool, dropped: int) -> FileAccount:
    verdict = _verdict(seen)
    if verdict is Verdict.LOADED and not taken:
        verdict = Verdict.POSTPONED
    reason = CHANGED if verdict is Verdict.POSTPONED else seen.problem
    rows = seen.rows if taken else 0
    return feed.account(
        f"{feed.folder}/{seen.name}", verdict, sha256=seen.sha256, reason=reason, rows=rows, dropped=dropped
    )
