"""A use case: the one declaration that both `infra` and the jobs read."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ml.declarations.alerting import AlertRule, repeated
from ml.declarations.derived import Derived
from ml.declarations.errors import require
from ml.declarations.expectations import Refers
from ml.declarations.features import FeatureTable
from ml.declarations.feed import Feed
from ml.declarations.formats import Source
from ml.declarations.mirror import Mirror
from ml.declarations.model import Model
from ml.declarations.model_checks import each_once, wrong_feature_serving, wrong_models
from ml.declarations.periods import Calendar, Period, judging_problem
from ml.declarations.retention import Retention
from ml.declarations.saved_queries import SavedQuery
from ml.declarations.serving import FeatureServing
from ml.declarations.sinks import EXPORTS_VOLUME
from ml.declarations.table import Layer, Table


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
    """The declaration of one use case. `name` is its folder under `ml/usecases/`."""

    name: str
    comment: str
    owner: str
    feeds: tuple[Feed, ...]
    # The first has the plain names of what is deployed for it; those of a further one carry its name (see `label`).
    models: tuple[Model, ...]
    jobs: JobSettings
    calendar: Calendar = field(default_factory=Calendar)
    # What splits, gates and monitoring count in; left out, the calendar's period, or days if that is an hour.
    judged_by: Period | None = None
    # Computed in this order, each from feeds, other use cases' tables and what stands before it.
    derived: tuple[Derived, ...] = ()
    more_feature_tables: tuple[FeatureTable, ...] = ()
    retention: Retention = field(default_factory=Retention)
    # Who is told of what; of a subject that no rule is about, the people on call.
    alerts: tuple[AlertRule, ...] = ()
    # What those who know the subject find in their workspace, and run with their own rights.
    queries: tuple[SavedQuery, ...] = ()
    # Endpoints that answer published features by key, without a model.
    feature_serving: tuple[FeatureServing, ...] = ()
    # What an environment that reads the redacted mirror sees in the place of gold; left out: there is no mirror.
    mirror: Mirror | None = None

    def __post_init__(self) -> None:
        self.retention.check(self.calendar)
        written = {feed.silver.name for feed in self.feeds} | {each.table.name for each in self.derived}
        sources = {table.source.name for table in self.feature_tables}
        sources |= {model.outcome.source.name for model in self.models if not model.outcome.use_case}
        built = [table.name for table in self.feature_tables]
        names = [feed.name for feed in self.feeds]
        asked = [each.name for each in self.queries]
        silent = [feed.name for feed in self.feeds if not isinstance(feed.source, Source)]
        started = self.jobs.ingest_cron or self.jobs.ingest_every_s
        require(
            f"use case {self.name!r}",
            [
                None if sources <= written else f"{sorted(sources - written)} are read but no feed writes them",
                None if self.judged_by is None else judging_problem(self.judged_by, self.calendar.period),
                *self._underived(),
                *self._dangling(),
                *repeated(self.alerts),
                None if len(asked) == len(set(asked)) else f"queries {asked} repeat a name: rename one",
                *wrong_models(self.models),
                *wrong_feature_serving(self.feature_serving, self.feature_tables, self.models),
                *(self.mirror.problems(self.models) if self.mirror else ()),
                None if len(built) == len(set(built)) else f"feature tables {built} repeat a name: rename one",
                None if len(names) == len(set(names)) else f"feeds {names} repeat a name: rename one",
                f"feeds {silent} bring no files that could start their ingest: set jobs.ingest_cron or "
                "jobs.ingest_every_s"
                if silent and not started
                else None,
            ],
        )

    def _underived(self) -> Iterator[str]:
        """Derived tables that read tables not computed before them, or have the name of another table."""
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

    def _dangling(self) -> Iterator[str]:
        """Expectations that refer to a table which no feed of this use case fills."""
        there = {feed.silver.name: feed.silver for feed in self.feeds}
        for feed in self.feeds:
            for each in feed.expects:
                if isinstance(each, Refers) and there.get(each.to.name) != each.to:
                    yield (
                        f"feed {feed.name!r} expects {each.name}, and refers to {each.to.name!r}, which is the silver "
                        f"table of no feed here: refer to one of {sorted(there)}"
                    )

    @property
    def judging(self) -> Calendar:
        """The periods for splits, gates and monitoring: long enough to have enough rows each."""
        usual = Period.DAY if self.calendar.period is Period.HOUR else self.calendar.period
        return replace(self.calendar, period=self.judged_by or usual)

    def model_named(self, name: str | None) -> Model:
        """The model called `name`; without a name the only one. Raises LookupError with the existing names."""
        found = [model for model in self.models if name in (None, model.name)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(model.name for model in self.models)
        raise LookupError(
            f"use case {self.name!r} has no model {name!r}: it has {known}"
            if name
            else f"use case {self.name!r} has several models: name one of {known}"
        )

    def label(self, model: Model) -> str:
        """What names of things that belong to one model begin with: `<usecase>`, of a further one `<usecase>-<model>`.

        The first keeps the plain names, so that another model changes nothing of what is deployed for it.
        """
        return self.name if model.name == self.models[0].name else f"{self.name}-{model.name}"

    def schema(self, layer: Layer) -> str:
        """`<usecase>_<layer>`, the schema of a layer's tables in any catalog."""
        return f"{self.name}_{layer}"

    def experiment(self, catalog: str, model: Model) -> str:
        """Path of the experiment that the model's training logs to, in the workspace of `catalog`."""
        return f"/mlops/{catalog}/{self.label(model)}-training"

    @property
    def model_tables(self) -> tuple[FeatureTable, ...]:
        """The feature tables that models take, each once."""
        return each_once(model.feature_table for model in self.models)

    @property
    def labelled(self) -> tuple[Model, ...]:
        """One model per outcome table: models that learn from the same outcomes share it."""
        first = {model.outcome.table.name: model for model in reversed(self.models)}
        return tuple(model for model in self.models if first[model.outcome.table.name] is model)

    @property
    def feature_tables(self) -> tuple[FeatureTable, ...]:
        """All feature tables, in the order in which they are built; those that models take are the last."""
        return (*self.more_feature_tables, *self.model_tables)

    @property
    def computed_tables(self) -> tuple[Table, ...]:
        """Derived and feature tables, in the order in which they are built."""
        return (*(each.table for each in self.derived), *(each.table for each in self.feature_tables))

    @property
    def landing_volume(self) -> str:
        """`<usecase>_bronze.landing`, the volume (without its catalog) where feeds arrive."""
        return f"{self.schema(Layer.BRONZE)}.landing"

    @property
    def checkpoints_volume(self) -> str:
        """`<usecase>_ops.checkpoints`, the volume (without its catalog) with the progress of each stream."""
        return f"{self.schema(Layer.OPS)}.checkpoints"

    @property
    def exports_volume(self) -> str:
        """`<usecase>_gold.exports`, the volume (without its catalog) that gets predictions as files."""
        return f"{self.schema(Layer.GOLD)}.{EXPORTS_VOLUME}"
