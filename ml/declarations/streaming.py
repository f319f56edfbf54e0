"""Scoring as rows arrive: only changes of the feature table are read, batch by batch."""

from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require


class Late(StrEnum):
    """What happens to a late row. SCORE: it is scored like any other, and counted. REFUSE: it is recorded in the
    table `predictions_late` and never scored."""

    SCORE = "score"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Streaming:
    """How a model is scored as a stream over its feature table.

    Attributes:
        every_s: seconds from the beginning of a round to the next, of a job that never ends; None: the job starts by
            the use case's `scoring_cron`, scores what is there, and ends.
        late_after_s: a row is late if its event time lies more than this before the newest event time of earlier
            batches (the watermark); None: no row is late.
        late: what happens to a late row.
        versions_per_batch: how many versions of the feature table a batch takes at most; the first batch takes all
            that the table holds.
    """

    every_s: int | None = None
    late_after_s: int | None = None
    late: Late = Late.SCORE
    versions_per_batch: int = 100

    def __post_init__(self) -> None:
        every_s, late_s, most = self.every_s, self.late_after_s, self.versions_per_batch
        require(
            "streaming",
            [
                f"every_s is {every_s}: give 1 or more" if every_s is not None and every_s < 1 else None,
                f"late_after_s is {late_s}: give 0 or more" if late_s is not None and late_s < 0 else None,
                f"late is {self.late}, but without late_after_s no row is late: give both"
                if self.late is Late.REFUSE and late_s is None
                else None,
                f"versions_per_batch is {most}: give 1 or more" if most < 1 else None,
            ],
        )
