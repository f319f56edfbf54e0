"""Counts and checksums of each period. They show which periods must be measured (again)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import pairwise

from pyspark.sql import DataFrame

from ml.declarations import Calendar

# Empty periods of one gap that are measured: four months of days.
_LONGEST_GAP = 120
FEATURES, PREDICTIONS, OUTCOMES, REJECTED = "features", "predictions", "outcomes", "rejected"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The tables of one use case, each at one version; None: does not exist yet. `calendar`: the periods to count by.

    `has_feed`: the rows come from a feed, not from a derived table, which rejects nothing. `unmet`: deliveries of the
    feed that did not meet its expectations, by the first day of the period; None: it declares none.
    """

    calendar: Calendar
    features: DataFrame
    predictions: DataFrame | None
    outcomes: DataFrame | None
    quarantine: DataFrame | None
    has_feed: bool = True
    unmet: Mapping[date, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """Rows of one part, period and (of predictions) model version.

    `known`: the newest period in which an outcome became known. `checksum`: of the rows that the period is measured on.
    """

    part: str
    period: date
    version: int | None = None
    rows: int = 0
    known: date | None = None
    duplicates: int = 0
    checksum: int = 0

    def __add__(self, other: "Count") -> "Count":
        """The count of the rows of both."""
        known = max((each for each in (self.known, other.known) if each is not None), default=None)
        return replace(
            self,
            rows=self.rows + other.rows,
            known=known,
            duplicates=self.duplicates + other.duplicates,
            checksum=self.checksum ^ other.checksum,
        )


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows, and a checksum over their values that does not depend on their order."""

    rows: int = 0
    checksum: int = 0


@dataclass(frozen=True, kw_only=True)
class PeriodState:
    """One period: feature rows, predictions by model version, known outcomes, rejected records."""

    period: date
    features: Counted = field(default_factory=Counted)
    predictions: Mapping[int, Counted] = field(default_factory=dict)
    outcomes: Counted = field(default_factory=Counted)
    rejected: int = 0
    duplicates: int = 0
    unmet: int | None = None

    def version(self, live_version: int) -> int:
        """The version that scored most rows (the newer one if equal); the live version if none is scored."""
        rows = {version: (counted.rows, version) for version, counted in self.predictions.items()}
        return max(rows, key=lambda version: rows[version], default=live_version)

    @property
    def received(self) -> int:
        """All records that arrived, kept or rejected."""
        return self.features.rows + self.rejected

    def is_overdue(self, newest: date, calendar: Calendar, due_periods: int) -> bool:
        """Whether its outcomes should have been known before `newest`."""
        return calendar.passed(self.period, newest) > due_periods

    def fingerprint(
        self, newest: date, calendar: Calendar, due_periods: int, reference: Mapping[str, object] | None = None
    ) -> str:
        """Changes exactly when the period must be measured again: other data, another sliding `reference` (None: there
        is none), or a passed deadline.
        """
        lacks_outcomes = self.outcomes.rows < self.features.rows
        content = {
            **asdict(self),
            "newest": self.period == newest,
            "overdue": lacks_outcomes and self.is_overdue(newest, calendar, due_periods),
            **(reference or {}),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]


def states(sources: Sources, counts: Sequence[Count]) -> list[PeriodState]:
    """Every period from the first with data to the newest, including gaps; the newest may have only outcomes.

    `counts`: one per part, period and model version.
    """
    arrived = {each.period for each in counts if each.part != OUTCOMES}
    known = {each.known for each in counts if each.known is not None}
    if not arrived:
        return []
    periods = periods_between(sources.calendar, sorted(arrived | known))
    return [
        replace(_state(period, counts), unmet=_unmet(sources, period)) for period in periods if period >= min(arrived)
    ]


def periods_between(calendar: Calendar, seen: Sequence[date]) -> list[date]:
    """Every period of `seen`, ascending, and the empty ones between them; of a long gap only the first ones.

    Otherwise a row with a clock that is a century off would create a million hours, each with all metrics.
    """
    filled = [each for one, next_ in pairwise(seen) for each in calendar.starts(one, next_)[:_LONGEST_GAP]]
    return sorted({*filled, *seen})


def _unmet(sources: Sources, period: date) -> int | None:
    return None if sources.unmet is None else sources.unmet.get(period, 0)


def _state(period: date, counts: Sequence[Count]) -> PeriodState:
    mine = [each for each in counts if each.period == period]
    rejected = [each for each in mine if each.part == REJECTED]
    return PeriodState(
        period=period,
        features=_counted(mine, FEATURES),
        predictions={
            int(each.version): Counted(rows=each.rows, checksum=each.checksum)
            for each in mine
            if each.part == PREDICTIONS and each.version is not None
        },
        outcomes=_counted(mine, OUTCOMES),
        rejected=sum(each.rows for each in rejected),
        duplicates=sum(each.duplicates for each in rejected),
    )


def _counted(counts: Iterable[Count], part: str) -> Counted:
    found = [each for each in counts if each.part == part]
    return Counted(rows=found[0].rows, checksum=found[0].checksum) if found else Counted()
