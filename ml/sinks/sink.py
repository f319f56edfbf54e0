"""What every sink promises: a batch that is written again changes nothing that a careful reader sees.

SinkAwayError       the broker or the database cannot be reached: worth another try
anything else       a mistake that another try would repeat
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Table

EVENT_ID = "event_id"
# ISO 8601 to the microsecond, which is what Delta keeps: text of a time that loses nothing. Sessions are in UTC.
TIME_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"
# An outage of some minutes is waited for within a run; a longer one ends it, and the next run goes on from there.
PATIENCE_S = 600.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0

Result = TypeVar("Result")


class SinkAwayError(RuntimeError):
    """A sink cannot be reached. What was to be written is kept, and comes with the next try."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch of a stream: the pair is never used for other rows."""

    stream: str
    number: int


class Sink(Protocol):
    """Takes batches. Rows stay on Spark's workers or pass by in pieces: the driver's memory does not grow with them."""

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Take `rows`, each of which has a key of its own, as `batch`.

        The same batch may come again after a kill, with the same rows; a reader who follows the sink's rule (an upsert
        by event id, a manifest, one message per id) then sees what it would have seen had the batch come once.

        Raises `SinkAwayError` if the sink cannot be reached.
        """

    def forget(self, rows: DataFrame) -> None:
        """Take back `rows`, or tell readers to: they were written before, or some of them. Doing it again is harmless.

        Raises `SinkAwayError` if the sink cannot be reached.
        """


def event_id(table: Table) -> SparkColumn:
    """What names a row of `table` in every sink, for ever: SHA-256 of its key by name, as JSON."""
    return F.sha2(F.to_json(F.struct(*sorted(table.keys))), 256)


def until_taken(
    attempt: Callable[[], Result],
    *,
    patience_s: float = PATIENCE_S,
    now_s: Callable[[], float],
    sleep: Callable[[float], None],
) -> Result:
    """What `attempt` returns. While the sink is away it is tried again, after pauses that double, for `patience_s`."""
    began_s, pause_s = now_s(), _FIRST_PAUSE_S
    while True:
        try:
            return attempt()
        except SinkAwayError:
            if now_s() + pause_s - began_s > patience_s:
                raise
        sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
