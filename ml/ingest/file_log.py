"""The account of every source file, in the table `ingest_files`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.parameters import Common
from ml.records.ingest import INGEST_FILES
from ml.tables import Tables, frame_of


class Verdict(StrEnum):
    """The verdict on a file's records: bronze's verdicts, then silver's.

    Silver's are `checked` for new records; for old ones, `replaced` if other records replaced them, `removed` if they
    left bronze, and `restored` if they count again because others left.
    """

    LOADED = "loaded"
    ALREADY_LOADED = "already_loaded"
    REFUSED = "refused"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"
    CHECKED = "checked"
    REPLACED = "replaced"
    REMOVED = "removed"
    RESTORED = "restored"


OF_DELIVERIES = (Verdict.LOADED, Verdict.ALREADY_LOADED, Verdict.REFUSED, Verdict.POSTPONED)


@dataclass(frozen=True, kw_only=True)
class FileAccount:
    """One file and the target table of its rows. `source_sha256` is empty if the file could not be read.

    `rows_in` is the sum of the three others, which are negative for rows that arrived with an earlier batch.
    """

    table_name: str
    source_file: str
    source_sha256: str = ""
    verdict: Verdict
    reason: str | None = None
    rows_in: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_removed: int = 0


def record(
    tables: Tables, task: Common, accounts: Iterable[FileAccount], recorded_at: datetime, *, stream: str, batch: int
) -> None:
    """Add the accounts of a stream's batch to `ingest_files`, exactly once."""
    rows = [vars(account) | {"run_id": task.run_id, "recorded_at": recorded_at} for account in accounts]
    full_name = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    tables.append_batch(INGEST_FILES, full_name, frame_of(tables.spark, INGEST_FILES, rows), stream=stream, batch=batch)


def loaded(tables: Tables, task: Common, table_name: str, source_files: Sequence[str]) -> dict[str, list[str]]:
    """The hashes with which `table_name` has loaded each of `source_files`, by the file's name without its folder."""
    full_name = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    if not source_files or not tables.exists(full_name):
        return {}
    taken = (
        (F.col("table_name") == table_name)
        & F.col("verdict").isin(str(Verdict.LOADED), str(Verdict.ALREADY_LOADED))
        & F.col("source_file").isin(list(source_files))
    )
    hashes = F.collect_set("source_sha256").alias("hashes")
    rows = tables.read(full_name).where(taken).groupBy("source_file").agg(hashes).collect()
    return {row["source_file"].rpartition("/")[2]: list(row["hashes"]) for row in rows}


def require_balance(tables: Tables, task: Common, bronze_names: Sequence[str]) -> None:
    """Raise `RowsUnaccountedError` unless the bronze tables hold the rows that their files had when loaded."""
    ledger = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    if not tables.exists(ledger):
        return
    recorded = tables.read(ledger).where(F.col("table_name").isin(list(bronze_names)))
    removed = F.sum("rows_removed") if "rows_removed" in recorded.columns else F.lit(0)
    # An earlier release recorded a loaded file again in each run, so each name and hash counts once.
    per_file = recorded.groupBy("table_name", "source_file", "source_sha256").agg(
        F.max("rows_in").alias("in"), F.coalesce(removed, F.lit(0)).alias("removed")
    )
    recorded_sums = per_file.agg(*(F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in ("in", "removed")))
    counted = " + ".join(map(tables.count_sql, bronze_names))
    sums = recorded_sums.select("in", "removed", F.expr(counted).alias("held")).collect()[0]
    runtime.accounting(
        task="bronze", rows_in=sums["in"], rows_kept=sums["held"], rows_quarantined=0, rows_removed=sums["removed"]
    )
