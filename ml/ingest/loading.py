"""One feed's way to bronze, whatever its source is."""

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

# The columns of bronze that tell one delivery from another.
DELIVERY = ("_source_file", "_source_sha256")


@dataclass(frozen=True, kw_only=True)
class Loading:
    """A feed, where its files lie if it has any, and how far its stream has come.

    `people` are those who are forgotten, whose records are not taken; `kept` is the folder of the use case's
    checkpoints, and `removals` how far what was asked to leave has left. `secret_scope` has the secrets of topics.
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
        """The folder with the secret of people who are forgotten."""
        return self.kept / "people"

    @property
    def full_name(self) -> str:
        """The bronze table."""
        return bronze(self.feed).full_name(self.task.catalog, self.task.use_case.name)

    @property
    def folder(self) -> str:
        """The landing folder as `_source_file` spells it: as a volume, wherever the files really lie."""
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
        """What became of one delivery of this feed: its rows are kept, but for those `dropped` of forgotten people."""
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
        """`rows` in bronze's shape with `_person`: null unless they are of somebody who is forgotten."""
        return self.people.marked(self.feed, self.task.use_case, rows)

    def held(self, plan: Mapping[str, object]) -> dict[tuple[str, str], int]:
        """What a killed try of a plan has left in bronze: rows by `_source_file` and hash."""
        loaded_at = datetime.fromisoformat(str(plan["loaded_at"]))
        left = self.tables.read(self.full_name).where(F.col("_loaded_at") == F.lit(loaded_at))
        return per_delivery(left)


def loading(tables: Tables, task: Common, feed: Feed, secret_scope: str | None = None) -> Loading:
    """A feed with its own folders and checkpoints, which need not be one of the use case's."""
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
    """How many of bronze's `rows` each delivery brought, by `_source_file` and hash."""
    counted = rows.groupBy(*DELIVERY).agg(F.count("*").alias("held")).collect()
    return {(row["_source_file"], row["_source_sha256"]): row["held"] for row in counted}
