"""A use case: the one declaration that both `infra` and the jobs read."""

from dataclasses import dataclass, field

from ml.declarations.errors import require
from ml.declarations.feed import Feed
from ml.declarations.gates import Gates
from ml.declarations.model import Model
from ml.declarations.monitoring import Monitoring
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

    def __post_init__(self) -> None:
        silver = {feed.silver.name for feed in self.feeds}
        sources = {self.model.feature_table.source.name, self.model.outcome.source.name}
        names = [feed.name for feed in self.feeds]
        require(
            f"use case {self.name!r}",
            [
                None if sources <= silver else f"{sorted(sources - silver)} are read but no feed writes them",
                None if len(names) == len(set(names)) else f"feeds {names} repeat a name: rename one",
            ],
        )

    @property
    def landing_volume(self) -> str:
        """`<usecase>_bronze.landing`, the volume (without its catalog) where feeds arrive."""
        return f"{self.name}_bronze.landing"
