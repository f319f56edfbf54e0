"""Withdrawals of deliveries that were loaded by mistake: finding the delivery, and the record of who, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import Row
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed
from ml.parameters import Common
from ml.principal import principal
from ml.records.ingest import WITHDRAWALS
from ml.records.received import bronze
from ml.tables import Tables, frame_of

_SHA_CHARACTERS = 12
_LISTED = 50


class UnknownDeliveryError(ValueError):
    """No delivery, or more than one, has this name. The message lists the existing ones."""


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A delivery to withdraw. `by` and `reason` go into the records.

    `delivery` is the file's name, with `@` and the first characters of its SHA-256 if several have that name.
    """

    feed: str
    delivery: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        if not (self.reason.strip() and self.by.strip()):
            raise ValueError("reason or by is empty: give the reason and the name of the requester; both are recorded")

    def means(self, row: Row) -> bool:
        """Whether the row (`source_file`, `source_sha256`) belongs to the delivery."""
        name, _, sha256 = self.delivery.rpartition("@")
        files = (row["source_file"], row["source_file"].rpartition("/")[2])
        return self.delivery in files or (name in files and row["source_sha256"].startswith(sha256))


def withdrawn(tables: Tables, task: Common, full_name: str) -> list[Row]:
    """The recorded withdrawals of a bronze table, oldest first."""
    records = WITHDRAWALS.full_name(task.catalog, task.use_case.name)
    if not tables.exists(records):
        return []
    return tables.read(records).where(F.col("table_name") == full_name).orderBy("withdrawn_at").collect()


def ask(tables: Tables, task: Common, asked: Withdrawal) -> None:
    """Record a withdrawal; earlier withdrawals stay as they were recorded.

    Raises UnknownDeliveryError for an unknown feed or delivery, or a name that fits several deliveries.
    """
    feed = _feed(task, asked.feed)
    full_name = bronze(feed).full_name(task.catalog, task.use_case.name)
    there = deliveries(tables, full_name) if tables.exists(full_name) else []
    found = [row for row in there if asked.means(row)]
    before = [row for row in withdrawn(tables, task, full_name) if asked.means(row)]
    if not found and before:
        print(f"{asked.delivery} of feed {feed.name} was withdrawn before: {withdrawal_text(before[-1])}", flush=True)
        return
    if len(found) != 1:
        problem = f"means {len(found)} deliveries: add @ and its hash" if found else "is not there"
        raise UnknownDeliveryError(
            f"delivery {asked.delivery!r} of feed {feed.name} {problem}; there are: {_listed(found or there)}"
        )
    row = found[0].asDict() | {
        "run_id": task.run_id,
        "table_name": full_name,
        "bronze_version": tables.version(full_name),
        "reason": asked.reason,
        "withdrawn_by": f"{asked.by}, through {principal(tables.spark)}",
        "withdrawn_at": datetime.now(UTC),
    }
    records = WITHDRAWALS.full_name(task.catalog, task.use_case.name)
    tables.append(WITHDRAWALS, records, frame_of(tables.spark, WITHDRAWALS, [row]))


def deliveries(tables: Tables, full_name: str) -> list[Row]:
    """Every delivery in a bronze table: `source_file`, `source_sha256`, `rows`; the newest last."""
    counted = (
        tables.read(full_name)
        .groupBy(F.col("_source_file").alias("source_file"), F.col("_source_sha256").alias("source_sha256"))
        .agg(F.count("*").alias("rows"), F.max("_loaded_at").alias("_loaded_at"))
    )
    return counted.orderBy("_loaded_at", "source_file").drop("_loaded_at").collect()


def withdrawal_text(row: Row) -> str:
    """Who withdrew a delivery, when and why."""
    return f"by {row['withdrawn_by']} on {row['withdrawn_at']:%Y-%m-%d}: {row['reason']}"


def _feed(task: Common, name: str) -> Feed:
    feeds = {feed.name: feed for feed in task.use_case.feeds}
    if name not in feeds:
        raise UnknownDeliveryError(f"feed {name!r} is not one of {', '.join(feeds)} of {task.use_case.name}")
    return feeds[name]


def _listed(rows: Sequence[Row]) -> str:
    shown = [
        f"{row['source_file'].rpartition('/')[2]}@{row['source_sha256'][:_SHA_CHARACTERS]} ({row['rows']} rows)"
        for row in rows[-_LISTED:]
    ]
    more = len(rows) - len(shown)
    return ", ".join([*([f"{more} older ones"] if more else []), *shown]) or "none yet"
