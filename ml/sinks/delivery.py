"""From the table of predictions to the declared sinks: each has its own checkpoint and resumes from there.

The table is the source of truth; sinks receive only its rows. So scoring does not depend on sinks, a sink that was down
receives the rest when it is back, a sink that is declared later receives all predictions from the first, and every
sink receives the same values, however often. A batch is planned as versions of the table before it is written; after
a kill it is read again from those versions.
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
    """Some sinks did not accept their rows. The others did, and the next run continues with the failed ones."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Delivery of one model's predictions to one sink."""

    tables: Tables
    task: Common
    sink: Sink
    checkpoint: Checkpoint
    patience_s: float = PATIENCE_S

    def run(self) -> int:
        """Finish the batch of a killed run, then deliver the sink's new rows. Returns the number of rows sent."""
        position, sent = self.checkpoint.position(), 0
        if position.plan is not None:
            position, sent = self._batch(position, again=True)
        table = predictions(self.task.use_case).full_name(self.task.catalog, self.task.use_case.name)
        new = changes.since(self.tables, table, position.seen.get("version"))
        if new.nothing:
            return sent
        if new.whole:
            # For a table that an earlier release created without a change data feed.
            self.tables.track_changes(table)
        plan = {"table": table, "after": None if new.whole else new.after, "until": new.until}
        return sent + self._batch(self.checkpoint.plan(position, plan))[1]

    def _batch(self, position: Position, *, again: bool = False) -> tuple[Position, int]:
        """Write the planned batch and commit it. `again`: an attempt was interrupted; the sink removes its remains."""
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
        """Each row once, also after the table was restored to an earlier version, and no row that was removed since."""
        declared = predictions(self.task.use_case)
        there = changes.newest(self.tables, found, declared.keys)
        return there.where(F.col("model") == self.task.model_name).select(*(c.name for c in declared.columns))


def forget(task: Common, sinks: Mapping[str, Callable[[], Sink]], rows: DataFrame) -> None:
    """Remove the model's `rows` from every sink of the task's model.

    Raises:
        SinksFailedError: if any sink could not be opened or failed; the others are done. A repeat is harmless.
    """
    mine = rows.where(F.col("model") == task.model_name)

    def one(name: str) -> None:
        sink = sinks[name]()
        until_taken(lambda: sink.forget(mine), now_s=time.monotonic, sleep=time.sleep)

    if sinks and mine.limit(1).count():
        _require_all(_each(sinks, one), "run the request again")


def deliver(tables: Tables, task: Common, sinks: Mapping[str, Callable[[], Sink]], kept_at: Path) -> dict[str, int]:
    """Open every sink and deliver to all in parallel. Returns the number of rows sent to each.

    `kept_at` is the folder of the use case's checkpoints.

    Raises:
        SinksFailedError: if any sink could not be opened or did not accept its rows; the others did.
    """

    def one(name: str) -> int:
        kept = Checkpoint(kept_at / _FOLDER / task.use_case.label(task.model) / name)
        return Delivery(tables=tables, task=task, sink=sinks[name](), checkpoint=kept).run()

    return _require_all(_each(sinks, one), "they get these rows in the next run")


def _each(sinks: Mapping[str, object], work: Callable[[str], Result]) -> dict[str, Result | Exception]:
    """Run `work` on each sink in parallel: a result, or the error."""

    def caught(name: str) -> Result | Exception:
        try:
            return work(name)
        except Exception as error:  # noqa: BLE001 - no error may keep rows from the other sinks
            return error

    return dict(zip(sinks, runtime.side_by_side(caught, list(sinks)), strict=True))


def _require_all(done: Mapping[str, Result | Exception], then: str) -> dict[str, Result]:
    """The results. Raises SinksFailedError naming each sink without one, with the next step `then`."""
    failed = {name: found for name, found in done.items() if isinstance(found, Exception)}
    if failed:
        told = "\n".join(f"  {name}: {type(error).__name__}: {error}" for name, error in failed.items())
        raise SinksFailedError(f"{len(failed)} of {len(done)} sink(s) failed; {then}:\n{told}") from next(
            iter(failed.values())
        )
    return {name: found for name, found in done.items() if not isinstance(found, Exception)}
