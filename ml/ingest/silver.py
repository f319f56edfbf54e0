"""Task `silver` of job `<usecase>-ingest`: bronze to silver, typed, checked and deduplicated; rejects to quarantine.

Only the new bronze records since the last batch are judged, against the silver rows with their keys. The verdict
depends on no others, so silver and quarantine are the same as if all of bronze were judged at once. That happens when
the feed's declaration has changed, and the log says so.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Feed, OnRepeat
from ml.ingest import deliveries, file_log, rejudge, removals
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.refine import checked, contradiction, judged, kept, per_file, rejected, replaced, same_keys
from ml.parameters import Common
from ml.records.received import bronze, quarantine, silver
from ml.streams.checkpoint import Checkpoint, Position
from ml.tables import Tables, changes, door
from ml.tables.changes import Changes

# Increase it when the rules of `checks` or `refine` change verdicts: then all of bronze is judged again.
RULES = 2


class RepeatedRecordsError(RuntimeError):
    """Records contradict others with the same key, in a feed that refuses that. Everything has been written."""


@dataclass(frozen=True, kw_only=True)
class Refining:
    """Refining one feed to silver: its tables, and the progress of its stream."""

    tables: Tables
    task: Common
    feed: Feed
    checkpoint: Checkpoint

    def name(self, table: str) -> str:
        """Full name of the feed's `bronze`, `silver` or `quarantine` table."""
        declared = {"bronze": bronze, "silver": silver, "quarantine": quarantine}[table](self.feed)
        return declared.full_name(self.task.catalog, self.task.use_case.name)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of declaration, calendar and rules."""
        calendar = self.task.use_case.calendar
        return f"{RULES}:{self.feed.fingerprint}:{calendar.period}:{calendar.timezone}:{calendar.week_starts}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Refine every feed of the use case; run by job `<usecase>-ingest`."""
    task = parameters.parse("ingest_silver", arguments)
    tables = door()
    kept_at = Path(tables.volume_path(f"{task.catalog}.{task.use_case.checkpoints_volume}", write=True))
    feeds = [
        Refining(tables=tables, task=task, feed=feed, checkpoint=Checkpoint(kept_at / "silver" / feed.name))
        for feed in task.use_case.feeds
    ]
    files = [file for each in runtime.side_by_side(refine, feeds) for file in each]
    require_balance(tables, feeds)
    runtime.report(
        task="silver",
        rows_in=sum(file.rows_in for file in files),
        rows_kept=sum(file.rows_kept for file in files if file.verdict is Verdict.CHECKED),
        rows_quarantined=sum(file.rows_quarantined for file in files if file.verdict is Verdict.CHECKED),
        rows_replaced=sum(file.rows_quarantined for file in files if file.verdict is Verdict.REPLACED),
        **_left(files),
    )
    deliveries.judge(tables, task, task.use_case.feeds)
    _require_no_contradiction(files)


def _left(files: Sequence[FileAccount]) -> dict[str, int]:
    """Extra entries of the report if records left bronze: their number, and how many others count again."""
    left = [file.rows_removed for file in files if file.verdict is Verdict.REMOVED]
    restored = sum(file.rows_kept for file in files if file.verdict is Verdict.RESTORED)
    return {"rows_left": sum(left), "rows_restored": restored} if left else {}


def require_balance(tables: Tables, feeds: Sequence[Refining]) -> None:
    """Raise `RowsUnaccountedError` unless every row of bronze is in silver or in quarantine."""
    kinds = ("bronze", "silver", "quarantine")
    held = tables.counts(*(each.name(kind) for kind in kinds for each in feeds))
    rows_in, rows_kept, rows_quarantined = (sum(held[at * len(feeds) : (at + 1) * len(feeds)]) for at in range(3))
    runtime.accounting(task="silver", rows_in=rows_in, rows_kept=rows_kept, rows_quarantined=rows_quarantined)


def _require_no_contradiction(files: Sequence[FileAccount]) -> None:
    found = [f"  {file.source_file}: {file.reason}" for file in files if file.reason]
    if found:
        listed = "\n".join(found)
        raise RepeatedRecordsError(
            f"{len(found)} file(s) contradict earlier records; theirs are in quarantine:\n{listed}"
        )


def refine(feed: Refining) -> list[FileAccount]:
    """Finish the uncommitted batch of a killed run, then judge the feed's new records. Returns the account of both."""
    for table in (silver(feed.feed), quarantine(feed.feed)):
        feed.tables.create(table, table.full_name(feed.task.catalog, feed.task.use_case.name))
    position = feed.checkpoint.position()
    done: list[FileAccount] = []
    if position.plan is not None and position.plan["fingerprint"] == feed.fingerprint:
        position, done = _batch(feed, position)
    after = position.seen.get("version") if position.seen.get("fingerprint") == feed.fingerprint else None
    new = changes.since(feed.tables, feed.name("bronze"), after)
    if new.nothing:
        return done
    if new.whole:
        _say_why(feed, position)
        if feed.tables.track_changes(feed.name("bronze")):
            new = changes.since(feed.tables, feed.name("bronze"), None)
    plan = {
        "fingerprint": feed.fingerprint,
        "after": None if new.whole else new.after,
        "until": new.until,
        "silver": None if new.whole else feed.tables.version(feed.name("silver")),
        "judged_at": datetime.now(UTC).isoformat(),
    }
    return done + _batch(feed, feed.checkpoint.plan(position, plan))[1]


def _say_why(feed: Refining, position: Position) -> None:
    why = "its declaration or its rules have changed" if position.seen else "this is its first batch"
    why = position.seen.get("anew", why)
    runtime.say(f"feed {feed.feed.name}: all of {feed.name('bronze')} is judged again: {why}")


def _batch(feed: Refining, position: Position) -> tuple[Position, list[FileAccount]]:
    """Execute the plan exactly once: it reads the planned versions, whatever a killed attempt has written since."""
    assert position.plan is not None
    plan = position.plan
    new = Changes(full_name=feed.name("bronze"), after=plan["after"], until=plan["until"])
    if not new.whole and removals.ever(feed.tables, feed.task) and not changes.deleted(feed.tables, new).isEmpty():
        files = _rejudged(feed, new, plan["silver"])
    else:
        files = _judged(feed, new, position)
    judged_at = datetime.fromisoformat(plan["judged_at"])
    if files:
        file_log.record(
            feed.tables, feed.task, files, judged_at, stream=f"{position.stream}-files", batch=position.batch
        )
    seen = {"version": plan["until"], "fingerprint": plan["fingerprint"]}
    return feed.checkpoint.commit(position, seen), files


def _judged(feed: Refining, new: Changes, position: Position) -> list[FileAccount]:
    """Judge the new records of bronze, or all of them."""
    assert position.plan is not None
    found = checked(feed.feed, changes.rows(feed.tables, new), feed.task.use_case.calendar)
    # Only records that are compared with silver's are read more than once.
    with nullcontext(found) if new.whole else runtime.computed_once(found) as records:
        held = None if new.whole else _held(feed, records, position.plan["silver"])
        with runtime.computed_once(judged(feed.feed, records, held)) as rows:
            files = _accounts(feed, rows)
            if new.whole:
                feed.tables.replace(silver(feed.feed), feed.name("silver"), kept(feed.feed, rows))
                feed.tables.replace(quarantine(feed.feed), feed.name("quarantine"), rejected(rows))
            elif files:
                _write(feed, rows, files, position)
    return files


def _rejudged(feed: Refining, new: Changes, before: int) -> list[FileAccount]:
    """Judge new bronze records, and again those that share a key with removed ones; silver was at version `before`."""
    tables, name = feed.tables, feed.name
    records = rejudge.moved(
        tables.read(name("bronze"), new.until), changes.rows(tables, new), changes.deleted(tables, new)
    )
    calendar = feed.task.use_case.calendar
    # Cached before join and ranking: from many checks in one plan, Spark would derive ever more conditions.
    with (
        runtime.computed_once(checked(feed.feed, records.held, calendar)) as held,
        runtime.computed_once(checked(feed.feed, records.changed, calendar)) as changed,
        runtime.computed_once(judged(feed.feed, rejudge.concerned(feed.feed, records, held, changed))) as rows,
    ):
        counted = rejudge.per_file(rows, records.left, tables.read(name("silver"), before)).collect()
        touched = rejudge.origins(rows, records.left)
        tables.replace_part(silver(feed.feed), name("silver"), kept(feed.feed, rows), touched)
        tables.replace_part(quarantine(feed.feed), name("quarantine"), rejected(rows), touched)
    return rejudge.accounts_of(feed.feed, name("silver"), counted)


def _held(feed: Refining, records: DataFrame, version: int) -> DataFrame:
    """The silver rows at `version` with a key of the valid records. Skips files outside their range of first keys."""
    first = feed.feed.silver.keys[0]
    bounds = records.where(F.col("_reason").isNull()).agg(F.min(first).alias("low"), F.max(first).alias("high"))
    low, high = bounds.collect()[0]
    rows = feed.tables.read(feed.name("silver"), version)
    return same_keys(feed.feed, rows.where(F.col(first).between(F.lit(low), F.lit(high))), records)


def _write(feed: Refining, rows: DataFrame, files: Sequence[FileAccount], position: Position) -> None:
    table, name = silver(feed.feed), feed.name("silver")
    if any(file.rows_kept > 0 for file in files):
        if feed.feed.on_repeat is OnRepeat.KEEP_NEWEST:
            feed.tables.merge(table, name, kept(feed.feed, rows))
        else:
            feed.tables.append_batch(table, name, kept(feed.feed, rows), stream=position.stream, batch=position.batch)
    if any(file.rows_quarantined for file in files):
        rejects = rejected(rows)
        if any(file.verdict is Verdict.REPLACED for file in files):
            rejects = rejects.unionByName(_replaced(feed, rows))
        feed.tables.append_batch(
            quarantine(feed.feed), feed.name("quarantine"), rejects, stream=position.stream, batch=position.batch
        )


def _replaced(feed: Refining, rows: DataFrame) -> DataFrame:
    """The received records of the replaced silver rows. Only bronze files of their loads are read."""
    gone = replaced(rows)
    low, high = gone.agg(F.min("_loaded_at"), F.max("_loaded_at")).collect()[0]
    received = feed.tables.read(feed.name("bronze")).where(F.col("_loaded_at").between(F.lit(low), F.lit(high)))
    origin = ["_source_file", "_source_sha256", "_row_number"]
    return received.join(gone.select(*origin, "_reason"), on=origin).select(*received.columns, "_reason")


def _accounts(feed: Refining, rows: DataFrame) -> list[FileAccount]:
    return [_account(feed, row.asDict()) for row in per_file(rows).collect()]


def _account(feed: Refining, row: Mapping[str, object]) -> FileAccount:
    counted = {name: row[name] for name in ("source_file", "source_sha256", "rows_in", "rows_kept", "rows_quarantined")}
    reason = contradiction(feed.feed, int(str(row["rows_contradicting"])))
    verdict = Verdict.REPLACED if row["_held"] else Verdict.CHECKED
    return FileAccount(table_name=feed.name("silver"), verdict=verdict, reason=reason, **counted)  # type: ignore[arg-type]
