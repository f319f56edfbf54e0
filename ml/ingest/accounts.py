"""The account of every source file that an ingest task keeps in `ingest_files`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pyspark.sql import functions as F  # noqa: N812

from ml.parameters import Common
from ml.tables import Tables, frame_of
from ml.tables.system import INGEST_FILES


class Verdict(StrEnum):
    """What became of a file."""

    LOADED = "loaded"
    ALREADY_LOADED = "already_loaded"
    REFUSED = "refused"
    CHECKED = "checked"


@dataclass(frozen=True, kw_only=True)
class FileAccount:
    """One file and the table its rows were meant for. `source_sha256` is empty where it could not be read."""

    table_name: str
    source_file: str
    source_sha256: str = ""
    verdict: Verdict
    reason: str | None = None
    rows_in: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0


def record(tables: Tables, task: Common, accounts: Iterable[FileAccount], recorded_at: datetime) -> None:
    """Append this run's accounts to `ingest_files`."""
    rows = [vars(account) | {"run_id": task.run_id, "recorded_at": recorded_at} for account in accounts]
    full_name = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    tables.append(INGEST_FILES, full_name, frame_of(tables.spark, INGEST_FILES, rows))


def loaded(tables: Tables, task: Common, table_name: str) -> dict[tuple[str, str], int]:
    """Records of each file that `table_name` has taken, as counted when it was read; by the file's name and hash."""
    full_name = INGEST_FILES.full_name(task.catalog, task.use_case.name)
    if not tables.exists(full_name):
        return {}
    taken = F.col("verdict").isin(str(Verdict.LOADED), str(Verdict.ALREADY_LOADED)) & (
        F.col("table_name") == table_name
    )
    rows = tables.read(full_name).where(taken).select("source_file", "source_sha256", "rows_in").distinct().collect()
    return {(row["source_file"].rpartition("/")[2], row["source_sha256"]): row["rows_in"] for row in rows}
