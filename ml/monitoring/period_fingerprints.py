"""Counts and checksums of each period, in one Spark query. They show which periods must be measured (again)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import pairwise

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import Row

from ml.declarations import Calendar
from ml.examples.dataset import period_of
from ml.parameters import Common
from ml.records.received_values import period as period_named

# Empty periods of one gap that are measured: four months of days.
_LONGEST_GAP = 120
_FEATURES, _PREDICTIONS, _OUTCOMES, _REJECTED = "features", "predictions", "outcomes", "rejected"


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


def states(task: Common, sources: Sources) -> list[PeriodState]:
    """Every period from the first with data to the newest, including gaps; the newest may have only outcomes."""
    rows = _counts(task, sources).collect()
    arrived = {row["period"] for row in rows if row["part"] != _OUTCOMES}
    known = {row["known"] for row in rows if row["known"] is not None}
    if not arrived:
        return []
    periods = periods_between(sources.calendar, sorted(arrived | known))
    return [
        replace(_state(period, rows), unmet=_unmet(sources, period)) for period in periods if period >= min(arrived)
    ]


def periods_between(calendar: Calendar, seen: Sequence[date]) -> list[date]:
    """Every period of `seen`, ascending, and the empty ones between them; of a long gap only the first ones.

    Otherwise a row with a clock that is a century off would create a million hours, each with all metrics.
    """
    filled = [each for one, next_ in pairwise(seen) for each in calendar.starts(one, next_)[:_LONGEST_GAP]]
    return sorted({*filled, *seen})


def _unmet(sources: Sources, period: date) -> int | None:
    return None if sources.unmet is None else sources.unmet.get(period, 0)


def _state(period: date, rows: Sequence[Row]) -> PeriodState:
    mine = [row for row in rows if row["period"] == period]
    counted = {part: _counted(mine, part) for part in (_FEATURES, _OUTCOMES)}
    rejected = [row for row in mine if row["part"] == _REJECTED]
    return PeriodState(
        period=period,
        features=counted[_FEATURES],
        predictions={
            int(row["version"]): Counted(rows=row["rows"], checksum=row["checksum"])
            for row in mine
            if row["part"] == _PREDICTIONS
        },
        outcomes=counted[_OUTCOMES],
        rejected=sum(row["rows"] for row in rejected),
        duplicates=sum(row["duplicates"] for row in rejected),
    )


def _counted(rows: Iterable[Row], part: str) -> Counted:
    found = [row for row in rows if row["part"] == part]
    return Counted(rows=found[0]["rows"], checksum=found[0]["checksum"]) if found else Counted()


def _counts(task: Common, sources: Sources) -> DataFrame:
    """One row per part, period and (for predictions) model version."""
    features, outcome, calendar = task.model.feature_table, task.model.outcome, sources.calendar
    period, none = period_of(calendar, features.table, features.event_time), F.lit(None)
    parts = [_part(_FEATURES, sources.features, period, F.xxhash64(*sources.features.columns))]
    if sources.predictions is not None:
        checksum = F.xxhash64(features.key, *(column.name for column in task.model.problem.output))
        parts.append(_part(_PREDICTIONS, sources.predictions, period, checksum, version=F.col("model_version")))
    if sources.outcomes is not None:
        checksum = F.xxhash64(outcome.key, outcome.label)
        event_period, known = (
            period_of(calendar, outcome.table, column) for column in (outcome.event_time, outcome.known_from)
        )
        parts.append(_part(_OUTCOMES, sources.outcomes, event_period, checksum, known=known))
    if sources.quarantine is not None:
        feed = next(each for each in task.use_case.feeds if each.silver.name == features.source.name)
        twice = F.col("_reason").startswith("duplicate ").cast("long")
        named = sources.quarantine.withColumn(feed.period_column, period_named(feed, task.use_case.calendar))
        arrived = period_of(calendar, feed.silver, feed.period_column)
        parts.append(_part(_REJECTED, named, arrived, none, duplicate=twice))
    union = parts[0]
    for part in parts[1:]:
        union = union.unionByName(part)
    return union


def _part(
    name: str,
    frame: DataFrame,
    period: SparkColumn,
    checksum: SparkColumn,
    *,
    version: SparkColumn | None = None,
    known: SparkColumn | None = None,
    duplicate: SparkColumn | None = None,
) -> DataFrame:
    absent = F.lit(None)
    rows = frame.select(
        period.alias("period"),
        (absent if version is None else version).cast("int").alias("version"),
        (absent if known is None else known).cast("date").alias("known"),
        (absent if duplicate is None else duplicate).cast("long").alias("duplicate"),
        checksum.cast("long").alias("checksum"),
    )
    return rows.groupBy("period", "version").agg(
        F.lit(name).alias("part"),
        F.count("*").alias("rows"),
        F.max("known").alias("known"),
        F.coalesce(F.sum("duplicate"), F.lit(0)).alias("duplicates"),
        F.coalesce(F.bit_xor("checksum"), F.lit(0)).alias("checksum"),
    )
