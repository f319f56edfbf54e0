"""Outcomes: the actual value, its event, and when it became known."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require
from ml.declarations.histories import History
from ml.declarations.table import Table


class Joins(StrEnum):
    """How an outcome finds its event. One that fits no event, or more than one, goes to quarantine.

    KEY: the event of its key. KEY_AND_TIME: its source also has the event time. EVENT_ID: a column that both have.
    PRECEDING: the event of its key that came `horizon_periods` to `within_periods` before it became known.
    """

    KEY = "key"
    KEY_AND_TIME = "key_and_time"
    EVENT_ID = "event_id"
    PRECEDING = "preceding"


@dataclass(frozen=True, kw_only=True)
class Later:
    """A computed outcome: 1 if `expression` holds for a row of `history` within `within_periods` after the
    event, and 0 if those periods have passed without one. It is known when they have passed.
    """

    history: History
    expression: str
    within_periods: int

    def __post_init__(self) -> None:
        within = self.within_periods
        require(
            f"outcome of later rows of {self.history.table.name!r}",
            [None if within >= 1 else f"within_periods is {within}: an outcome lies after its event; give 1 or more"],
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The gold table of outcomes, known from `known_from` on.

    `event_time` is the time the prediction was for; a training row joins the newest feature row whose event time is not
    after it. Several outcomes of one event are corrections: the newest that is known by the training cut-off counts.

    Attributes:
        source: the table that outcomes are read from: a feed's silver, or another use case's (`use_case`).
        horizon_periods: an outcome that is known sooner after its event than this is refused.
        within_periods: with `joins` PRECEDING, how long after its event an outcome may become known.
        event_id: with `joins` EVENT_ID, the column.
        later: the outcome is computed from later rows; `source` is then their table.
    """

    table: Table
    source: Table
    key: str
    event_time: str
    known_from: str
    label: str
    joins: Joins = Joins.KEY
    horizon_periods: int = 0
    within_periods: int | None = None
    event_id: str | None = None
    later: Later | None = None
    use_case: str | None = None

    def __post_init__(self) -> None:
        require(f"outcome {self.table.name!r}", self._problems())

    def _problems(self) -> Iterator[str]:
        columns = {column.name for column in self.source.columns}
        within, horizon = self.within_periods, self.horizon_periods
        if horizon < 0:
            yield f"horizon_periods is {horizon}: an outcome lies after its event; give 0 or more"
        if (self.joins is Joins.PRECEDING) != (within is not None):
            yield f"joins is {self.joins} and within_periods {within}: preceding, and no other, needs within_periods"
        if within is not None and within < horizon:
            yield f"within_periods {within} is less than horizon_periods {horizon}: raise it"
        if (self.joins is Joins.EVENT_ID) != (self.event_id is not None):
            yield f"joins is {self.joins} and event_id {self.event_id!r}: joins event_id, and no other, needs event_id"
        if self.later is not None and self.later.history.table != self.source:
            yield f"source is {self.source.name!r}, and later rows are of {self.later.history.table.name!r}: name one"
        needed = [name for name in (self._in_source()) if name not in columns]
        if needed and self.later is None:
            yield f"{needed} are not columns of its source {self.source.name!r}: {sorted(columns)}"

    def _in_source(self) -> Iterator[str]:
        yield self.known_from
        yield self.label
        if self.joins is Joins.EVENT_ID and self.event_id is not None:
            yield self.event_id
        else:
            yield self.key
        if self.joins is Joins.KEY_AND_TIME:
            yield self.event_time
