"""Restores of tables to an earlier version: the request, its record, and its execution, exactly once.

The table `restores` holds the requests; a checkpoint records the progress. So a continuous ingest executes them at the
start of its next round, and the next run completes a killed one. Before a table is restored, the dependent stage is set
to recompute completely: after a kill in between it does so needlessly, but correctly.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.ingest import restorable
from ml.ingest.restorable import RestoreRefusedError
from ml.parameters import Common
from ml.principal import principal
from ml.records.forgotten import FORGOTTEN
from ml.records.ingest import INGEST_FILES
from ml.records.restores import RESTORES
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables, frame_of
from ml.tables.schema import differences
from ml.usecases import USE_CASES


@dataclass(frozen=True, kw_only=True)
class Restore:
    """A table to restore to `version`. `by` and `reason` go into the records."""

    full_name: str
    version: int
    reason: str
    by: str

    def __post_init__(self) -> None:
        if not (self.reason.strip() and self.by.strip()):
            raise ValueError("reason or by is empty: give the reason and the name of the requester; both are recorded")

    @classmethod
    def read(cls, text: str, *, reason: str, by: str) -> "Restore":
        """The request from `mlops restore`, as TABLE@VERSION."""
        full_name, _, version = text.rpartition("@")
        return cls(full_name=full_name, version=int(version), reason=reason, by=by)


def ask(tables: Tables, task: Common, asked: Restore, kept: Path) -> None:
    """Record a restore. `kept`: the checkpoints. Raises RestoreRefusedError, with an alternative, if the next run could
    not follow it.
    """
    restorable.found(task.use_case, task.catalog, asked.full_name)
    restorable.require_no_feed(USE_CASES.values(), task.catalog, asked.full_name)
    made = tables.history(asked.full_name)
    if asked.version not in made or asked.version == max(made):
        raise RestoreRefusedError(
            f"{asked.full_name} cannot go back to version {asked.version}: its log has versions {min(made)} to "
            f"{max(made)}; the last is the current one"
        )
    _require_possible(tables, task, asked, kept)
    row = {
        "run_id": task.run_id,
        "table_name": asked.full_name,
        "from_version": max(made),
        "to_version": asked.version,
        "reason": asked.reason,
        "restored_by": f"{asked.by}, through {principal(tables.spark)}",
        "restored_at": datetime.now(UTC),
    }
    records = RESTORES.full_name(task.catalog, task.use_case.name)
    tables.append(RESTORES, records, frame_of(tables.spark, RESTORES, [row]))


def apply(tables: Tables, task: Common, kept: Path) -> None:
    """Execute the open requests, oldest first.

    A request that has become impossible is refused once: the next ingest continues.
    """
    records = RESTORES.full_name(task.catalog, task.use_case.name)
    if not tables.exists(records):
        return
    checkpoint = Checkpoint(kept / "restores")
    position = checkpoint.position()
    done = list(position.seen.get("done", []))
    for row in tables.read(records).orderBy("restored_at").collect():
        name = [row["run_id"], row["table_name"]]
        if name in done:
            continue
        done.append(name)
        asked = Restore(full_name=row["table_name"], version=row["to_version"], reason=row["reason"], by="the record")
        try:
            _apply(tables, task, asked, kept, asked_now=row["run_id"] == task.run_id)
        except RestoreRefusedError:
            checkpoint.commit(position, {"done": done})
            raise
        position = checkpoint.commit(position, {"done": done})


def _apply(tables: Tables, task: Common, asked: Restore, kept: Path, *, asked_now: bool) -> None:
    if not asked_now:
        _require_possible(tables, task, asked, kept)
    found = restorable.found(task.use_case, task.catalog, asked.full_name)
    _compute_whole(kept / found.checkpoint, f"{asked.full_name} was restored")
    tables.restore(asked.full_name, asked.version)
    runtime.say(f"{asked.full_name} is as of version {asked.version}; ingest {found.follows}")


def _compute_whole(folder: Path, why: str) -> None:
    checkpoint = Checkpoint(folder)
    checkpoint.commit(checkpoint.position(), {"anew": why})


def _require_possible(tables: Tables, task: Common, asked: Restore, kept: Path) -> None:
    """Raise RestoreRefusedError unless the version is readable and can be continued, and the next run can follow."""
    found = restorable.found(task.use_case, task.catalog, asked.full_name)
    _require_nobody_back(tables, task, asked)
    _require_readable(tables, found.table.keys[0], asked)
    if other := _other_columns(tables, found, asked):
        raise RestoreRefusedError(
            f"version {asked.version} of {asked.full_name} has other columns than declared ({other}), so "
            "ingest could not write to it: choose a newer version"
        )
    if found.is_received:
        _require_accounted(tables, task, asked, kept)


def _require_nobody_back(tables: Tables, task: Common, asked: Restore) -> None:
    records = FORGOTTEN.full_name(task.catalog, task.use_case.name)
    if not tables.exists(records):
        return
    made = tables.history(asked.full_name)[asked.version]
    people = tables.read(records).where(F.col("forgotten_at") > F.lit(made)).count()
    if people:
        raise RestoreRefusedError(restorable.people_back(asked.full_name, asked.version, people))


def _require_readable(tables: Tables, column: str, asked: Restore) -> None:
    """Raise RestoreRefusedError if files of the version are gone. Delta would answer a plain count from the log."""
    try:
        tables.read(asked.full_name, asked.version).agg(F.bit_xor(F.hash(column))).collect()
    except PySparkException as error:
        raise RestoreRefusedError(restorable.unreadable(asked.full_name, asked.version, error)) from error


def _other_columns(tables: Tables, found: restorable.Restorable, asked: Restore) -> str:
    """The differences in the version's columns, except missing nullable ones, which ingest adds."""
    schema = tables.read(asked.full_name, asked.version).schema
    lacking = [column for column in found.table.columns if column.nullable and column.name not in schema.names]
    other = differences(found.table, schema)
    return "; ".join(other) if len(other) > len(lacking) else ""


def _require_accounted(tables: Tables, task: Common, asked: Restore, kept: Path) -> None:
    """Raise RestoreRefusedError unless that version of bronze holds all rows of every delivery."""
    feed = asked.full_name.rpartition(".")[2]
    cut = [name for name in ("bronze", "removals") if Checkpoint(kept / name / feed).position().plan is not None]
    if cut:
        # For Delta the rows of an interrupted batch count as written, so it would not write them again.
        raise RestoreRefusedError(f"the last ingest of feed {feed} was interrupted: run it to its end, then try again")
    ledger = tables.owned(INGEST_FILES.full_name(task.catalog, task.use_case.name))
    query = restorable.accounts_query(tables.owned(asked.full_name), asked.version, ledger, asked.full_name)
    files = [(row["file"], row["said"], row["held"]) for row in tables.spark.sql(query).collect()]
    if files:
        raise RestoreRefusedError(restorable.unaccounted(asked.full_name, asked.version, files))
