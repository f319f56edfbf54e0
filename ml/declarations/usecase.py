"""A use case: the one declaration that both `infra` and the jobs read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ml.declarations.derived import Derived
from ml.declarations.errors import require
from ml.declarations.features import FeatureTable
from ml.declarations.feed import Feed
from ml.declarations.formats import Source
from ml.declarations.model import Model
from ml.declarations.periods import Calendar
from ml.declarations.retention import Retention
from ml.declarations.table import Table


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """When and how long the jobs run. Schedules are Quartz cron expressions in `timezone`.

    Ingest is started by new files, unless it has a schedule (`ingest_cron`), or runs continuously: then a round of it
    begins every `ingest_every_s` seconds.
    """

    training_cron: str
    scoring_cron: str
    timezone: str
    timeout_s: int
    max_retries: int
    # Two hours after scoring, so that the month's predictions are there.
    monitoring_cron: str = "0 0 8 2 * ?"
    maintenance_cron: str = "0 0 20 2 * ?"
    ingest_cron: str | None = None
    ingest_every_s: int | None = None

    def __post_init__(self) -> None:
        every_s = self.ingest_every_s
        require(
            "jobs",
            [
                "ingest_cron and ingest_every_s are both given: keep one" if self.ingest_cron and every_s else None,
                f"ingest_every_s is {every_s}: give 1 or more" if every_s is not None and every_s < 1 else None,
            ],
        )


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """Everything about one use case. `name` is its folder under `ml/usecases/`."""

    name: str
    comment: str
    owner: str
    feeds: tuple[Feed, ...]
    model: Model
    jobs: JobSettings
    calendar: Calendar = field(default_factory=Calendar)
    # Computed in this order, each from feeds, other use cases' tables and what stands before it.
    derived: tuple[Derived, ...] = ()
    more_feature_tables: tuple[FeatureTable, ...] = ()
    retention: Retention = field(default_factory=Retention)

    def __post_init__(self) -> None:
        self.retention.check(self.calendar)
        written = {feed.silver.name for feed in self.feeds} | {each.table.name for each in self.derived}
        sources = {table.source.name for table in self.feature_tables}
        sources |= set() if self.model.outcome.use_case else {self.model.outcome.source.name}
        built = [table.name for table in self.feature_tables]
        names = [feed.name for feed in self.feeds]
        silent = [feed.name for feed in self.feeds if not isinstance(feed.source, Source)]
        started = self.jobs.ingest_cron or self.jobs.ingest_every_s
        require(
            f"use case {self.name!r}",
            [
                None if sources <= written else f"{sorted(sources - written)} are read but no feed writes them",
                *self._underived(),
                *self._unjudged(),
                None if len(built) == len(set(built)) else f"feature tables {built} repeat a name: rename one",
                None if len(names) == len(set(names)) else f"feeds {names} repeat a name: rename one",
                f"feeds {silent} bring no files that could start their ingest: set jobs.ingest_cron or "
                "jobs.ingest_every_s"
                if silent and not started
                else None,
            ],
        )

    def _underived(self) -> Iterator[str]:
        """Derived tables that read what is not there before them, or have the name of another table."""
        there = {feed.silver.name for feed in self.feeds}
        for each in self.derived:
            strange = sorted({given.table.name for given in each.inputs if given.use_case is None} - there)
            if strange:
                yield (
                    f"derived table {each.table.name!r} reads {strange}, which no feed and no derived table before it "
                    "writes: declare it after them, or name the use case"
                )
            if each.table.name in there:
                yield f"derived table {each.table.name!r} has the name of another table: rename it"
            there.add(each.table.name)

    def _unjudged(self) -> Iterator[str]:
        """Gates and monitoring that judge by measures which the model's problem does not have."""
        problem = self.model.problem
        for what, measures in (
            ("gates judge", self.model.gates.measures),
            ("monitoring judges", self.model.monitoring.measures),
        ):
            lacking = problem.lacks(measures)
            if lacking:
                yield (
                    f"{what} by {', '.join(lacking)}, which {problem.name} does not have: it is measured by "
                    f"{', '.join(measure.name for measure in problem.measures)}; such a model can be trained, and not "
                    "be released by these"
                )

    @property
    def feature_tables(self) -> tuple[FeatureTable, ...]:
        """All feature tables, in the order in which they are built; the model's own is the last."""
        return (*self.more_feature_tables, self.model.feature_table)

    @property
    def computed_tables(self) -> tuple[Table, ...]:
        """Derived and feature tables, in the order in which they are built."""
        return (*(each.table for each in self.derived), *(each.table for each in self.feature_tables))

    @property
    def landing_volume(self) -> str:
        """`<usecase>_bronze.landing`, the volume (without its catalog) where feeds arrive."""
        return f"{self.name}_bronze.landing"

    @property
    def checkpoints_volume(self) -> str:
        """`<usecase>_ops.checkpoints`, the volume (without its catalog) that holds how far each stream has come."""
        return f"{self.name}_ops.checkpoints"
