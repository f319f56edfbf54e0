"""Loading one feed into bronze from any kind of source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.forgetting import People
from ml.parameters import Common
from ml.records.received import bronze
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables

# The columns of bronze that identify a delivery.
DELIVERY = ("_source_file", "_source_sha256")


@dataclass(frozen=True, kw_only=True)
class Loading:
    """A feed, the folder of its files if it has any, and the progress of its stream.

    `people` are the forgotten people, whose records are not loaded; `kept` is the folder of the use case's checkpoints,
    and `removals` the progress of requested removals. `secret_scope` has the secrets of topics.
    """

    tables: Tables
    task: Common
    feed: Feed
    landing: Path
    checkpoint: Checkpoint
    removals: Checkpoint
    kept: Path
    people: People = field(default_factory=People)
    secret_scope: str = ""

    @property
    def secrets(self) -> Path:
        """The folder with the secret for hashing forgotten people's keys."""
        return self.kept / "people"

    @property
    def full_name(self) -> str:
        """The full name of the bronze table."""
        return bronze(self.feed).full_name(self.task.catalog, self.task.use_case.name)

    @property
    def folder(self) -> str:
        """The landing folder as in `_source_file`: a volume path, wherever the files are stored."""
        volume = self.task.use_case.landing_volume.replace(".", "/")
        return f"/Volumes/{self.task.catalog}/{volume}/{self.feed.name}"

    def account(
        self,
        source: str,
        verdict: Verdict,
        *,
        sha256: str = "",
        reason: str | None = None,
        rows: int = 0,
        dropped: int = 0,
    ) -> FileAccount:
        """The account of one delivery of this feed: its rows are kept, except `dropped` rows of forgotten people."""
        return FileAccount(
            table_name=self.full_name,
            source_file=source,
            source_sha256=sha256,
            verdict=verdict,
            reason=reason,
            rows_in=rows,
            rows_kept=rows - dropped,
            rows_removed=dropped,
        )

    def marked(self, rows: DataFrame) -> DataFrame:
        """`rows` in bronze's shape with `_person`: null unless they belong to a forgotten person."""
        return self.people.marked(self.feed, self.task.use_case, rows)

    def held(self, plan: Mapping[str, object]) -> dict[tuple[str, str], int]:
        """The rows that a killed attempt of a plan has left in bronze, by `_source_file` and hash."""
        loaded_at = datetime.fromisoformat(str(plan["loaded_at"]))
        left = self.tables.read(self.full_name).where(F.col("_loaded_at") == F.lit(loaded_at))
        return per_delivery(left)


def loading(tables: Tables, task: Common, feed: Feed, secret_scope: str | None = None) -> Loading:
    """A feed with its own folders and checkpoints; it need not be one of the use case's feeds."""
    landing = Path(tables.volume_path(f"{task.catalog}.{task.use_case.landing_volume}"))
    kept = Path(tables.volume_path(f"{task.catalog}.{task.use_case.checkpoints_volume}", write=True))
    return Loading(
        tables=tables,
        task=task,
        feed=feed,
        landing=landing / feed.name,
        checkpoint=Checkpoint(kept / "bronze" / feed.name),
        removals=Checkpoint(kept / "removals" / feed.name),
        kept=kept,
        secret_scope=secret_scope or "",
    )


def per_delivery(rows: DataFrame) -> dict[tuple[str, str], int]:
    """The number of bronze `rows` from each delivery, by `_source_file` and hash."""
    counted = rows.groupBy(*DELIVERY).agg(F.count("*").alias("held")).collect()
    return {(row["_source_file"], row["_source_sha256"]): row["held"] for row in counted}
