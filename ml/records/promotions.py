"""The table `promotions` for one model: alias moves with time, principal and reason, and conclusions from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Layer, Table
from ml.records.appending import append_record
from ml.records.columns import OWNER, text
from ml.tables import Tables
from ml.versions.aliases import CHAMPION
from ml.versions.version_task import Subject

PROMOTIONS = Table(
    name="promotions",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("model", "Full name of the registered model."),
        text("alias", "The alias that was moved."),
        Column(
            name="from_version", type="int", comment="The version it pointed to before; null if none.", nullable=True
        ),
        Column(name="to_version", type="int", comment="The version it points to now."),
        text(
            "cause",
            "gates, rollback, or serving (the endpoint could not serve it, so the earlier version was restored).",
        ),
        text("reason", "Why it was moved."),
        text("promoted_by", "The principal or person who moved it."),
        Column(name="promoted_at", type="timestamp", comment="When it was moved (UTC)."),
    ),
    # If the endpoint cannot serve the promoted version, the run moves an alias twice.
    keys=("run_id", "model", "alias", "to_version"),
    owner=OWNER,
    comment="One row per alias change: who, when, from, to, why.",
)


class Cause(StrEnum):
    """Why an alias moved: all gates passed, a person rolled back, or the endpoint could not serve the version."""

    GATES = "gates"
    ROLLBACK = "rollback"
    SERVING = "serving"


@dataclass(frozen=True, kw_only=True)
class Move:
    """`alias` moves from one version to another; `to_version` None removes it."""

    alias: str
    from_version: int | None
    to_version: int | None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One recorded move."""

    alias: str
    from_version: int | None
    to_version: int
    cause: str
    reason: str
    promoted_by: str
    promoted_at: datetime
    run_id: str


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The recorded moves of the aliases of `model`. `table` is the full name of `promotions`."""

    tables: Tables
    table: str
    model: str

    def moved(self) -> tuple[Moved, ...]:
        """Every recorded move, oldest first; none before the first promotion."""
        if not self.tables.exists(self.table):
            return ()
        fields = tuple(Moved.__dataclass_fields__)
        rows = self.tables.read(self.table).where(F.col("model") == self.model).select(*fields).collect()
        found = (Moved(**row.asDict()) for row in rows)
        return tuple(sorted(found, key=lambda move: (move.promoted_at, move.alias)))

    def last(self) -> dict[str, int]:
        """The last recorded version of each alias."""
        return {move.alias: move.to_version for move in self.moved()}

    def append(self, made: Iterable[Move], *, run_id: str, cause: Cause, reason: str, by: str) -> None:
        """Append one row per moved alias. Rows that this run recorded before stay as they are."""
        when = datetime.now(UTC)
        rows = [
            {
                "run_id": run_id,
                "model": self.model,
                "alias": move.alias,
                "from_version": move.from_version,
                "to_version": move.to_version,
                "cause": str(cause),
                "reason": reason,
                "promoted_by": by,
                "promoted_at": when,
            }
            for move in made
            if move.to_version is not None
        ]
        if rows:
            append_record(self.tables, PROMOTIONS, self.table, rows)


def ledger(subject: Subject) -> Ledger:
    """The alias moves of the judged model."""
    return Ledger(tables=subject.tables, table=f"{subject.ops_schema}.{PROMOTIONS.name}", model=subject.name)


def champions(moved: Iterable[Moved]) -> tuple[int, ...]:
    """Every version that was ever live, so passed its gates, newest first; `moves` are oldest first. Pure."""
    held = [move.to_version for move in moved if move.alias == CHAMPION]
    return tuple(dict.fromkeys(reversed(held)))


def arrival(version: int, moved: Iterable[Moved]) -> Moved | None:
    """The newest move that made `version` champion; `moves` are oldest first. Pure."""
    found = [move for move in moved if move.alias == CHAMPION and move.to_version == version]
    return found[-1] if found else None


def unmade(moved: Iterable[Moved], cause: Cause, champion: int | None) -> Moved | None:
    """The newest recorded champion move, if its cause is `cause` and the current `champion` is still its origin. Pure.

    Moves are recorded before they are made, so a run that is killed in between leaves this state.
    """
    held = [move for move in moved if move.alias == CHAMPION]
    newest = held[-1] if held else None
    waits = newest is not None and newest.from_version == champion and newest.to_version != champion
    return newest if waits and newest and newest.cause == cause else None


def rolled_back(version: int, moved: Iterable[Moved]) -> Moved | None:
    """The roll-back that took `version` out of service and has not been undone; None if there is none. Pure."""
    held = [move for move in moved if move.alias == CHAMPION and version in (move.from_version, move.to_version)]
    newest = held[-1] if held else None
    left = newest is not None and newest.from_version == version and newest.to_version != version
    return newest if left and newest and newest.cause == Cause.ROLLBACK else None
