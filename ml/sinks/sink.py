"""The contract of every sink: a repeated batch changes nothing for a reader that follows the sink's rule.

SinkAwayError       the broker or the database cannot be reached: a retry may succeed
anything else       an error that a retry would repeat
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Table

EVENT_ID = "event_id"
# ISO 8601 to the microsecond, Delta's precision, so the text loses nothing. Sessions are in UTC.
TIME_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"
# A run waits out an outage of some minutes; a longer one ends it, and the next run resumes.
PATIENCE_S = 600.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0

Result = TypeVar("Result")


class SinkAwayError(RuntimeError):
    """A sink cannot be reached. Its rows are kept for the next attempt."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch of a stream: the pair of stream and number is never reused for other rows."""

    stream: str
    number: int


class Sink(Protocol):
    """Accepts batches. Rows stay on Spark's workers or pass in pieces: the driver's memory does not grow with them."""

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Write `rows`, each with a unique key, as `batch`.

        The same batch may come again after a kill, with the same rows; a reader that follows the sink's rule (an upsert
        by event id, a manifest, one message per id) then sees the same as after a single write.

        Raises `SinkAwayError` if the sink cannot be reached.
        """

    def forget(self, rows: DataFrame) -> None:
        """Remove `rows` that were written before, or tell readers to; some may be absent. A repeat is harmless.

        Raises `SinkAwayError` if the sink cannot be reached.
        """


def event_id(table: Table) -> SparkColumn:
    """The stable id of a row of `table` in every sink: SHA-256 of its key by name, as JSON."""
    return F.sha2(F.to_json(F.struct(*sorted(table.keys))), 256)


def until_taken(
    attempt: Callable[[], Result],
    *,
    patience_s: float = PATIENCE_S,
    now_s: Callable[[], float],
    sleep: Callable[[float], None],
) -> Result:
    """The result of `attempt`. While the sink is down, retry with doubling pauses for up to `patience_s`."""
    began_s, pause_s = now_s(), _FIRST_PAUSE_S
    while True:
        try:
            return attempt()
        except SinkAwayError:
            if now_s() + pause_s - began_s > patience_s:
                raise
        sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
