"""A use case: the one declaration that both `infra` and the jobs read."""

from dataclasses import dataclass, field

from ml.declarations.errors import require
from ml.declarations.features import FeatureTable
from ml.declarations.feed import Feed
from ml.declarations.gates import Gates
from ml.declarations.model import Model
from ml.declarations.monitoring import Monitoring
from ml.declarations.periods import Calendar
from ml.declarations.serving import Serving


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """When and how long the jobs run. Schedules are Quartz cron expressions in `timezone`."""

    training_cron: str
    scoring_cron: str
    timezone: str
    timeout_s: int
    max_retries: int
    # Two hours after scoring, so that the month's predictions are there.
    monitoring_cron: str = "0 0 8 2 * ?"


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """Everything about one use case. `name` is its folder under `ml/usecases/`.

    Without `serving` it scores in batch only.
    """

    name: str
    comment: str
    owner: str
    feeds: tuple[Feed, ...]
    model: Model
    gates: Gates
    jobs: JobSettings
    monitoring: Monitoring = field(default_factory=Monitoring)
    serving: Serving | None = None
    calendar: Calendar = field(default_factory=Calendar)
    more_feature_tables: tuple[FeatureTable, ...] = ()

    def __post_init__(self) -> None:
        written = {feed.silver.name for feed in self.feeds}
        sources = {table.source.name for table in self.feature_tables}
        sources |= set() if self.model.outcome.use_case else {self.model.outcome.source.name}
        built = [table.name for table in self.feature_tables]
        names = [feed.name for feed in self.feeds]
        require(
            f"use case {self.name!r}",
            [
                None if sources <= written else f"{sorted(sources - written)} are read but no feed writes them",
                None if len(built) == len(set(built)) else f"feature tables {built} repeat a name: rename one",
                None if len(names) == len(set(names)) else f"feeds {names} repeat a name: rename one",
            ],
        )

    @property
    def feature_tables(self) -> tuple[FeatureTable, ...]:
        """All feature tables, in the order in which they are built; the model's own is the last."""
        return (*self.more_feature_tables, self.model.feature_table)

    @property
    def landing_volume(self) -> str:
        """`<usecase>_bronze.landing`, the volume (without its catalog) where feeds arrive."""
        return f"{self.name}_bronze.landing"

    @property
    def checkpoints_volume(self) -> str:
        """`<usecase>_ops.checkpoints`, the volume (without its catalog) that holds how far each stream has come."""
        return f"{self.name}_ops.checkpoints"
