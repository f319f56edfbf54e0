"""From the table of predictions to the declared sinks: each has a checkpoint of its own, and reads on from there.

The table is what was decided; a sink only gets what is in it. So a row is scored whether or not a sink is there, a
sink that was away gets the rest once it is back, one that is declared later gets all predictions from the first on,
and every sink is sent the same values, however often. A batch is planned as versions of the table before it is
written; one that was killed is read again from those versions.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.parameters import Common
from ml.records.predictions import predictions
from ml.sinks.sink import PATIENCE_S, Batch, Sink, until_taken
from ml.streams.checkpoint import Checkpoint, Position
from ml.tables import Tables, changes
from ml.tables.changes import Changes

_FOLDER = "sinks"
Result = TypeVar("Result")


class SinksFailedError(RuntimeError):
    """Sinks did not take what was delivered. The others have, and the next run goes on with these."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The predictions of one model on their way to one sink."""

    tables: Tables
    task: Common
    sink: Sink
    checkpoint: Checkpoint
    patience_s: float = PATIENCE_S

    def run(self) -> int:
        """Deliver what the sink has not had, after what a killed run has planned. Returns how many rows it was sent."""
        position, sent = self.checkpoint.position(), 0
        if position.plan is not None:
            position, sent = self._batch(position, again=True)
        table = predictions(self.task.use_case).full_name(self.task.catalog, self.task.use_case.name)
        new = changes.since(self.tables, table, position.seen.get("version"))
        if new.nothing:
            return sent
        if new.whole:
            # For a table that an earlier release made, which kept no changes.
            self.tables.track_changes(table)
        plan = {"table": table, "after": None if new.whole else new.after, "until": new.until}
        return sent + self._batch(self.checkpoint.plan(position, plan))[1]

    def _batch(self, position: Position, *, again: bool = False) -> tuple[Position, int]:
        """Write what is planned, and commit it. `again`: a try was cut off, whose remains the sink removes."""
        assert position.plan is not None
        plan = position.plan
        rows = self._rows(Changes(full_name=plan["table"], after=plan["after"], until=plan["until"]))
        count = rows.count()
        if count or again:
            batch = Batch(stream=position.stream, number=position.batch)
            until_taken(
                lambda: self.sink.write(rows, batch),
                patience_s=self.patience_s,
                now_s=time.monotonic,
                sleep=time.sleep,
            )
        return self.checkpoint.commit(position, {"version": plan["until"]}), count

    def _rows(self, found: Changes) -> DataFrame:
        """Each once, also after the table was taken back to an earlier version, and none that was removed since."""
        declared = predictions(self.task.use_case)
        there = changes.newest(self.tables, found, declared.keys)
        return there.where(F.col("model") == self.task.model_name).select(*(c.name for c in declared.columns))


def forget(task: Common, sinks: Mapping[str, Callable[[], Sink]], rows: DataFrame) -> None:
    """Have every sink of the task's model take back those of `rows` that are the model's.

    Raises:
        SinksFailedError: if any could not be opened or did not; the others have. Doing all of it again is harmless.
    """
    mine = rows.where(F.col("model") == task.model_name)

    def one(name: str) -> None:
        sink = sinks[name]()
        until_taken(lambda: sink.forget(mine), now_s=time.monotonic, sleep=time.sleep)

    if sinks and mine.limit(1).count():
        _require_all(_each(sinks, one), "run the request again")


def deliver(tables: Tables, task: Common, sinks: Mapping[str, Callable[[], Sink]], kept_at: Path) -> dict[str, int]:
    """Deliver to every sink, side by side; each is opened first. Returns how many rows each was sent.

    `kept_at` is the folder of the use case's checkpoints.

    Raises:
        SinksFailedError: if any could not be opened or did not take its rows; the others have taken theirs.
    """

    def one(name: str) -> int:
        kept = Checkpoint(kept_at / _FOLDER / task.use_case.label(task.model) / name)
        return Delivery(tables=tables, task=task, sink=sinks[name](), checkpoint=kept).run()

    return _require_all(_each(sinks, one), "they get these rows in the next run")


def _each(sinks: Mapping[str, object], work: Callable[[str], Result]) -> dict[str, Result | Exception]:
    """What `work` does with each sink, side by side: a result, or why there is none."""

    def caught(name: str) -> Result | Exception:
        try:
            return work(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep rows from the other sinks
            return error

    return dict(zip(sinks, runtime.side_by_side(caught, list(sinks)), strict=True))


def _require_all(done: Mapping[str, Result | Exception], then: str) -> dict[str, Result]:
    """The results. Raises SinksFailedError that names each sink without one, and says what comes `then`."""
    failed = {name: found for name, found in done.items() if isinstance(found, Exception)}
    if failed:
        told = "\n".join(f"  {name}: {type(error).__name__}: {error}" for name, error in failed.items())
        raise SinksFailedError(f"{len(failed)} of {len(done)} sink(s) failed; {then}:\n{told}") from next(
            iter(failed.values())
        )
    return {name: found for name, found in done.items() if not isinstance(found, Exception)}
