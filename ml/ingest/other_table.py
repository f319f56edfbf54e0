"""New rows of another team's table to bronze: the same batches and accounts as for files.

A delivery is a version of the table, `catalog.schema.table@v12`; its rows are numbered in no particular order. A
version that cannot be loaded is refused, reported, and not skipped: the next run finds it again.
"""

from datetime import UTC, datetime

from pyspark.errors import AnalysisException
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Column, ComparedBy, OnChange, OtherTable
from ml.ingest import file_log
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.loading import Loading, per_delivery
from ml.ingest.removals import remove
from ml.people import PERSON
from ml.records.received import bronze
from ml.streams.checkpoint import Position
from ml.tables import changes
from ml.tables.changes import CHANGE, VERSION, Changes

_GONE = ("DELTA_MISSING_CHANGE_DATA", "DELTA_CHANGE_DATA_FILE_NOT_FOUND", "DELTA_VERSION_NOT_FOUND", "DELTA_CANNOT_RE")


def load(feed: Loading, source: OtherTable) -> list[FileAccount]:
    """Finish the uncommitted batch of a killed run, then load the table's new rows. Returns the account of both."""
    feed.tables.create(bronze(feed.feed), feed.full_name)
    position = feed.checkpoint.position()
    done: list[FileAccount] = []
    if position.plan is not None:
        position, done = _batch(feed, source, position, feed.held(position.plan))
    done += remove(feed)
    name = source.full_name(feed.task.catalog)
    table = feed.tables.detail(name)
    again = bool(position.seen) and position.seen["table_id"] != table.id
    if again:
        runtime.say(f"feed {feed.feed.name}: {name} was recreated, so all of it is read")
    after = None if again else position.seen.get("version")
    new = changes.since(feed.tables, name, after)
    if new.nothing:
        return done
    problem = _problem(feed, source, new, tracked=table.tracks_changes)
    if problem:
        return [*done, _refused(feed, position, new, problem)]
    plan = {"table_id": table.id, "after": after, "until": new.until, "loaded_at": datetime.now(UTC).isoformat()}
    return done + _batch(feed, source, feed.checkpoint.plan(position, plan), {})[1]


def _refused(feed: Loading, position: Position, new: Changes, problem: str) -> FileAccount:
    refused = feed.account(f"{new.full_name}@v{new.until}", Verdict.REFUSED, reason=problem)
    # A separate stream: nothing was read, so the batch's number stays free for the rows to come.
    stream = f"{position.stream}-refused-{new.until}"
    file_log.record(feed.tables, feed.task, [refused], datetime.now(UTC), stream=stream, batch=position.batch)
    return refused


def _problem(feed: Loading, source: OtherTable, new: Changes, *, tracked: bool) -> str | None:
    """Why nothing new can be read, or None."""
    if source.compared_by is ComparedBy.CHANGE_FEED and not tracked:
        return (
            "it has no change data feed; ask its owner to set delta.enableChangeDataFeed = true, or declare "
            "compared_by=ComparedBy.VERSIONS"
        )
    given = feed.tables.read(new.full_name, new.until).columns
    missing = [name for name in feed.feed.raw_columns if name not in given]
    if missing:
        return f"it has no columns {missing}; it has {given}; correct the feed's declaration"
    if new.whole or source.on_change is not OnChange.REFUSE:
        return None
    try:
        changed = _changed(feed, source, new)
    except AnalysisException as error:
        if not (error.getCondition() or "").startswith(_GONE):
            raise
        return (
            f"the changes since version {new.after} are gone; remove the feed's checkpoint to read the whole table "
            "again, and run the ingest more often than the table is vacuumed"
        )
    if not changed:
        return None
    return (
        f"{changed} row(s) that were read before version {new.until} were changed or deleted since; declare "
        "on_change=OnChange.TAKE to read the new values, or OnChange.SKIP to skip such versions"
    )


def _changed(feed: Loading, source: OtherTable, new: Changes) -> int:
    """The number of rows read up to `new.after` that were changed or deleted since."""
    assert new.after is not None
    if source.compared_by is ComparedBy.VERSIONS:
        before = feed.tables.read(new.full_name, new.after).select(*_texts(feed))
        return before.exceptAll(feed.tables.read(new.full_name, new.until).select(*_texts(feed))).count()
    fed = feed.tables.changes(new.full_name, new.after, new.until)
    return fed.where(F.col(CHANGE).isin("update_preimage", "delete")).count()


def _batch(
    feed: Loading, source: OtherTable, position: Position, held: dict[tuple[str, str], int]
) -> tuple[Position, list[FileAccount]]:
    """Execute the plan exactly once. `held`: rows that a killed attempt has left in bronze."""
    assert position.plan is not None
    plan = position.plan
    new = Changes(full_name=source.full_name(feed.task.catalog), after=plan["after"], until=plan["until"])
    loaded_at = datetime.fromisoformat(plan["loaded_at"])
    dropped: dict[tuple[str, str], int] = {}
    if not held:
        with runtime.computed_once(feed.marked(_records(feed, source, new, plan["table_id"], loaded_at))) as rows:
            held = per_delivery(rows)
            dropped = per_delivery(rows.where(F.col(PERSON).isNotNull())) if feed.people else {}
            if held:
                feed.tables.append_batch(
                    bronze(feed.feed),
                    feed.full_name,
                    rows.where(F.col(PERSON).isNull()).drop(PERSON),
                    stream=position.stream,
                    batch=position.batch,
                )
    done = [
        feed.account(file, Verdict.LOADED, sha256=digest, rows=rows, dropped=dropped.get((file, digest), 0))
        for (file, digest), rows in sorted(held.items())
    ]
    if done:
        file_log.record(feed.tables, feed.task, done, loaded_at, stream=position.stream, batch=position.batch)
    return feed.checkpoint.commit(position, {"table_id": plan["table_id"], "version": plan["until"]}), done


def _records(feed: Loading, source: OtherTable, new: Changes, table_id: str, loaded_at: datetime) -> DataFrame:
    """The new rows in the shape of bronze."""
    delivered = F.concat(F.lit(f"{new.full_name}@v"), F.col(VERSION).cast("string"))
    return _new_rows(feed, source, new).select(
        *(f"`{column.name}`" for column in feed.feed.received),
        delivered.alias("_source_file"),
        F.sha2(F.concat(F.lit(table_id), delivered), 256).alias("_source_sha256"),
        (F.monotonically_increasing_id() + 1).alias("_row_number"),
        F.lit(loaded_at).alias("_loaded_at"),
        F.lit(None).cast("string").alias("_fields"),
    )


def _new_rows(feed: Loading, source: OtherTable, new: Changes) -> DataFrame:
    """The new rows as text, with the version that added each."""
    texts, until = _texts(feed), F.lit(new.until).alias(VERSION)
    if new.after is None or new.whole:
        return feed.tables.read(new.full_name, new.until).select(*texts, until)
    if source.compared_by is ComparedBy.VERSIONS:
        now, before = (feed.tables.read(new.full_name, each).select(*texts) for each in (new.until, new.after))
        return now.exceptAll(before).select("*", until)
    fed = feed.tables.changes(new.full_name, new.after, new.until)
    if source.on_change is OnChange.SKIP:
        changing = fed.where(F.col(CHANGE) != "insert").select(VERSION).distinct()
        fed = fed.join(changing, on=VERSION, how="left_anti")
    return fed.where(F.col(CHANGE).isin("insert", "update_postimage")).select(*texts, VERSION)


def _texts(feed: Loading) -> list[SparkColumn]:
    return [_text(column).alias(column.name) for column in feed.feed.received]


def _text(column: Column) -> SparkColumn:
    value = F.col(f"`{column.raw_name}`")
    return F.base64(value) if column.type == "binary" else value.cast("string")
