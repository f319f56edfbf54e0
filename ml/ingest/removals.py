"""Requested removals from bronze, exactly once, however often a run is killed. A stream beside the landing stream.

Record tables hold the requests (deliveries to withdraw, people to forget); the checkpoint records the progress. Silver
and gold then follow from bronze's changes, as for new data.
"""

from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.ingest import file_log
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.loading import DELIVERY, Loading
from ml.ingest.withdrawals import withdrawn
from ml.parameters import Common
from ml.people import PERSON
from ml.records.forgotten import FORGOTTEN
from ml.records.ingest import WITHDRAWALS
from ml.records.received import RECORD_KEYS, bronze
from ml.streams.checkpoint import Position
from ml.tables import Tables, frame_of


def ever(tables: Tables, task: Common) -> bool:
    """Whether a removal was ever requested: only then has bronze lost records."""
    names = (table.full_name(task.catalog, task.use_case.name) for table in (WITHDRAWALS, FORGOTTEN))
    return any(tables.exists(name) for name in names)


def remove(feed: Loading) -> list[FileAccount]:
    """Finish the removals of a killed run, then execute new requests. Returns the account of both."""
    recorded = withdrawn(feed.tables, feed.task, feed.full_name)
    asked: dict[str, list[Any]] = {
        "deliveries": [[row["source_file"], row["source_sha256"]] for row in recorded],
        "people": list(feed.people.hashes),
    }
    if not any(asked.values()):
        return []
    position = feed.removals.position()
    done: list[FileAccount] = []
    if position.plan is not None:
        position, done = _batch(feed, position)
    left = {kind: [each for each in all_ if each not in position.seen.get(kind, [])] for kind, all_ in asked.items()}
    if not any(left.values()):
        return done
    now = {"version": feed.tables.version(feed.full_name), "removed_at": datetime.now(UTC).isoformat()}
    return done + _batch(feed, feed.removals.plan(position, left | now))[1]


def _batch(feed: Loading, position: Position) -> tuple[Position, list[FileAccount]]:
    """Execute the plan exactly once: the plan's version has the records, whatever a killed attempt has removed."""
    assert position.plan is not None
    plan, tables, table = position.plan, feed.tables, bronze(feed.feed)
    with runtime.computed_once(_going(feed, plan["version"], plan["deliveries"], plan["people"])) as going:
        counted = going.groupBy(*DELIVERY, "_why").agg(F.count("*").alias("rows")).collect()
        if counted:
            nothing = frame_of(tables.spark, table, [])
            tables.replace_part(table, feed.full_name, nothing, going.select(*RECORD_KEYS))
    files = [_account(feed, row) for row in counted]
    if files:
        removed_at = datetime.fromisoformat(plan["removed_at"])
        file_log.record(tables, feed.task, files, removed_at, stream=position.stream, batch=position.batch)
    seen = {kind: [*position.seen.get(kind, []), *plan[kind]] for kind in ("deliveries", "people")}
    return feed.removals.commit(position, seen), files


def _going(feed: Loading, version: int, deliveries: list[list[str]], people: list[str]) -> DataFrame:
    """The origins of the plan's records, and `_why` they are removed."""
    rows = feed.marked(feed.tables.read(feed.full_name, version))
    listed = [tuple(each) for each in deliveries]
    asked = feed.tables.spark.createDataFrame(listed, "_source_file string, _source_sha256 string")
    marked = rows.join(asked.withColumn("_asked", F.lit(True)), list(DELIVERY), "left")
    forgotten = F.when(F.col(PERSON).isin(people), str(Verdict.FORGOTTEN))
    why = F.coalesce(F.when(F.col("_asked"), str(Verdict.WITHDRAWN)), forgotten).alias("_why")
    return marked.select(*RECORD_KEYS, why).where(F.col("_why").isNotNull())


def _account(feed: Loading, row: Row) -> FileAccount:
    return FileAccount(
        table_name=feed.full_name,
        source_file=row["_source_file"],
        source_sha256=row["_source_sha256"],
        verdict=Verdict(row["_why"]),
        rows_kept=-row["rows"],
        rows_removed=row["rows"],
    )
