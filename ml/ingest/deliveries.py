"""Judges each delivery of a feed with expectations once, after silver has processed its records.

It reads only the delivery's own rows, and `delivery_checks` for earlier deliveries: the cost follows the delivery's
size, however long the history is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Feed, Table
from ml.declarations.expectations import OfRows
from ml.ingest.delivery_measures import BROKEN, FILE, Judging, Row, edges_of, marked, measure
from ml.ingest.delivery_verdicts import Check, Verdict, judged, verdict, why
from ml.ingest.file_log import Verdict as FileVerdict
from ml.parameters import Common
from ml.records.ingest import DELIVERIES, DELIVERY_CHECKS, DELIVERY_ROWS, INGEST_FILES
from ml.records.received import silver
from ml.tables import Tables, frame_of

MOST_ROWS = 1_000
_KEY = ("source_file", "source_sha256")


class UnmetError(RuntimeError):
    """A delivery does not meet an expectation with severity `fail`. Everything has been written."""


def judge(tables: Tables, task: Common, feeds: Sequence[Feed]) -> None:
    """Judge deliveries without a verdict. Raises UnmetError at the end for unmet expectations of severity `fail`."""
    expecting = [Judging(tables=tables, task=task, feed=feed) for feed in feeds if feed.expects]
    if not expecting:
        return
    for table in (DELIVERIES, DELIVERY_CHECKS, DELIVERY_ROWS):
        tables.create(table, table.full_name(task.catalog, task.use_case.name))
    for each in expecting:
        _judge(each)
    failed = [said for each in expecting for said in _failed(each)]
    if failed:
        raise UnmetError(f"{len(failed)} deliveries do not meet their expectations:\n  " + "\n  ".join(failed))


def _failed(judging: Judging) -> list[str]:
    """Failures among the deliveries that this run judged in any attempt: a retry must not pass them. One line each."""
    mine = (F.col("run_id") == judging.task.run_id) & (F.col("verdict") == str(Verdict.FAIL))
    failed = judging.rows_of(DELIVERIES).where(mine).orderBy("source_file").collect()
    return [f"{row['source_file']}: {row['reason']}" for row in failed]


def _judge(judging: Judging) -> None:
    """Judge the pending deliveries of one feed."""
    pending = _pending(judging)
    if not pending:
        return
    before = _before(judging)
    rows = judging.tables.read(judging.name(silver(judging.feed)))
    # A file that came again under its name is a new delivery: the earlier one keeps its verdict.
    mine = rows.where(
        F.col("_source_file").isin([row["source_file"] for row in pending])
        & F.col("_source_sha256").isin([row["source_sha256"] for row in pending])
    )
    said = {"feed": judging.feed.name, "run_id": judging.task.run_id, "judged_at": datetime.now(UTC)}
    with runtime.computed_once(marked(judging, mine)) as found:
        measured = measure(judging, found, pending, edges_of(judging.feed, found, before))
        _merge_broken(judging, found, said)
    checks: list[Row] = []
    deliveries: list[Row] = []
    for delivery in measured:
        file = {"source_file": delivery.source_file, "source_sha256": delivery.source_sha256} | said
        of_delivery = judged(delivery, judging.feed.expects, before)
        before += of_delivery
        worst, reason = verdict(of_delivery)
        checks += [file | vars(check) | {"verdict": str(check.verdict)} for check in of_delivery]
        counted = {"newest_period": delivery.newest_period, "rows": delivery.rows}
        deliveries.append(file | counted | {"verdict": str(worst), "reason": reason})
        runtime.say(f"delivery {delivery.source_file}: {worst}{': ' if reason else ''}{reason}")
    _merge(judging, DELIVERY_CHECKS, checks)
    # Last: after a kill, deliveries that are missing here are judged again, with the same result.
    _merge(judging, DELIVERIES, deliveries)


def _merge(judging: Judging, table: Table, rows: Sequence[Row]) -> None:
    judging.tables.merge(table, judging.name(table), frame_of(judging.tables.spark, table, rows))


def _pending(judging: Judging) -> list[Row]:
    """The deliveries that silver has checked and that have no verdict, in order of arrival."""
    mine = (F.col("table_name") == judging.name(silver(judging.feed))) & (F.col("verdict") == str(FileVerdict.CHECKED))
    file = list(_KEY)
    came = judging.tables.read(judging.name(INGEST_FILES)).where(mine).groupBy(*file)
    open_ = came.agg(F.min("recorded_at").alias("at")).join(judging.rows_of(DELIVERIES), on=file, how="left_anti")
    return [row.asDict() for row in open_.orderBy("at", *file).collect()]


def _before(judging: Judging) -> list[Check]:
    """The checks of judged deliveries, oldest first; of each, at most as many as the longest look-back."""
    last = max((getattr(each, "last", 0) for each in judging.feed.expects), default=0)
    if not last:
        return []
    newest = Window.partitionBy("expectation").orderBy(F.col("judged_at").desc(), F.col("source_file").desc())
    # Checks without a verdict come from a killed attempt: the delivery is judged again, and not against itself.
    done = judging.rows_of(DELIVERIES).select(*_KEY)
    checks = judging.rows_of(DELIVERY_CHECKS).join(done, on=list(_KEY), how="left_semi")
    rows = checks.withColumn("_at", F.row_number().over(newest)).where(F.col("_at") <= last)
    return [
        Check(
            expectation=row["expectation"],
            verdict=Verdict(row["verdict"]),
            value=row["value"],
            reason=row["reason"],
            details=row["details"],
        )
        for row in rows.orderBy(F.col("_at").desc()).collect()
    ]


def _merge_broken(judging: Judging, rows: DataFrame, said: Row) -> None:
    """Write the records that break expectations, with the reason; only the first ones if there are many."""
    reasons = {each.name: why(each) for each in judging.feed.expects if isinstance(each, OfRows)}
    if not reasons:
        return
    first = Window.partitionBy(*FILE, "expectation").orderBy("_row_number")
    each_broken = rows.select(*FILE, "_row_number", F.explode(BROKEN).alias("expectation"))
    told = F.create_map(*(F.lit(part) for pair in reasons.items() for part in pair))
    listed = each_broken.withColumn("_at", F.row_number().over(first)).where(F.col("_at") <= MOST_ROWS)
    found = listed.select(
        F.lit(said["feed"]).alias("feed"),
        F.col("_source_file").alias("source_file"),
        F.col("_source_sha256").alias("source_sha256"),
        F.col("_row_number").alias("row_number"),
        "expectation",
        told[F.col("expectation")].alias("reason"),
        F.lit(said["run_id"]).alias("run_id"),
        F.lit(said["judged_at"]).alias("judged_at"),
    )
    judging.tables.merge(DELIVERY_ROWS, judging.name(DELIVERY_ROWS), found)
