"""A job's declaration, before it becomes a resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from infra import names
from infra.spec import Compute, Jobs, Switch
from ml.declarations import Model, UseCase


@dataclass(frozen=True, kw_only=True)
class After:
    """A task that must have succeeded; for a condition task, with this outcome."""

    task: str
    outcome: Literal["true", "false"] | None = None


@dataclass(frozen=True, kw_only=True)
class WheelTask:
    """A task of the wheel. `code` is the file of its `main`, relative to the repository."""

    key: str
    entry_point: str
    code: str
    parameters: tuple[str, ...]
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunJobTask:
    """A task that starts another job of the same use case, by its name, and waits for it."""

    key: str
    job: str
    parameters: tuple[tuple[str, str], ...] = ()
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConditionTask:
    """A task that compares two texts; later tasks can depend on its outcome."""

    key: str
    left: str
    right: str
    operator: Literal["EQUAL_TO", "NOT_EQUAL"] = "EQUAL_TO"
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ForEachTask:
    """A task that runs another for each text of a JSON list, in sequence; the other gets the text as `{{input}}`."""

    key: str
    inputs: str
    each: RunJobTask
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PowerBiTask:
    """A task that publishes `tables` (schema and name, of `catalog`) as the semantic model `model` of Power BI.

    `connection` is the connection of Unity Catalog to Power BI, `workspace` is one of Power BI's.
    """

    key: str
    connection: str
    workspace: str
    model: str
    catalog: str
    tables: tuple[tuple[str, str], ...]
    after: tuple[After, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PipelineTask:
    """A task that updates the job's declarative pipeline, and waits for it."""

    key: str
    after: tuple[After, ...] = ()


Task = WheelTask | RunJobTask | ConditionTask | ForEachTask | PowerBiTask | PipelineTask


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Automatic starts: a Quartz cron expression in a time zone."""

    cron: str
    timezone: str
    switch: Switch


@dataclass(frozen=True, kw_only=True)
class FileArrival:
    """Runs start when files arrive under `path`, once none has arrived for `quiet_s`."""

    path: str
    quiet_s: int
    switch: Switch


@dataclass(frozen=True, kw_only=True)
class Continuous:
    """Runs follow each other, each without an end. Its tasks have no dependencies and no retries."""

    switch: Switch


@dataclass(frozen=True, kw_only=True)
class ModelEvent:
    """Runs start when a version of the registered model is ready, or when one of the aliases moves."""

    condition: Literal["MODEL_VERSION_READY", "MODEL_ALIAS_SET"]
    switch: Switch
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobDeclaration:
    """One job. A `timeout_s` of 0 means no limit, for a continuous job.

    `name` is the job's in its workspace; a stage that works on one model has a job for each.

    `policy` names the cluster policy of its cluster; a job without wheel tasks or with serverless `compute` has none.
    `runs_as` is the stage whose service principal it runs as, if not its own. `least_workers`: the initial size of an
    autoscaling cluster. `started_by`: the right that lets people start it; a job with another one than `jobs` asks who
    started it. `model`: the model whose events start it. `deploys`: its principal, which owns that model, starts it
    too, as the model's deployment job. `looks_at`: the jobs whose runs it reads. `tells_success`: people are also
    notified of successful runs.
    """

    name: str
    stage: str
    description: str
    tasks: tuple[Task, ...]
    timeout_s: int
    policy: str | None = None
    least_workers: int = 1
    compute: Compute = Compute.POLICY
    parameters: tuple[tuple[str, str], ...] = ()
    starts: Schedule | FileArrival | Continuous | ModelEvent | None = None
    runs_as: str | None = None
    started_by: Literal["jobs", "approval", "alert_actions", "comments"] = "jobs"
    model: str = ""
    deploys: bool = False
    looks_at: tuple[str, ...] = ()
    tells_success: bool = False

    @property
    def principal(self) -> str:
        """The stage whose service principal the job runs as."""
        return self.runs_as or self.stage


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """The inputs of a job's declaration: a model of a use case in an environment. Some jobs ignore the model.

    `unmasked_table` is the name of the feature table without sensitive columns that ingest also writes, and
    `source_features` the name of the one that scoring reads; empty if there is none: then scoring reads the declared
    table. `package_index` is the URL that a version's requirements name; empty if they name none. `secret_scope` is the
    environment's. `other_places` are the other serving places of the use case's models. `people`: addresses by
    destination of alerts. `records_requests`: the environment has the endpoint, with its inference table.
    `has_pipeline`: ingest and monitoring also update declarative pipelines. `mirror_key` is the secret of the
    environment's mirror, as scope/key; empty if there is none.
    """

    use_case: UseCase
    model: Model
    catalog: str
    source_catalog: str
    values: Jobs
    git_commit: str
    unmasked_table: str = ""
    source_features: str = ""
    mirror_key: str = ""
    package_index: str = ""
    secret_scope: str = ""
    other_places: tuple[str, ...] = ()
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    records_requests: bool = False
    has_pipeline: bool = False

    @property
    def places_parameter(self) -> Mapping[str, str]:
        """The parameter for tasks that change serving: the other places that serve the model; empty if none."""
        return {"other-places": ",".join(self.other_places)} if self.other_places and self.model.serving else {}

    @property
    def landing_path(self) -> str:
        """The folder where raw files arrive."""
        return names.landing_path(self.catalog, self.use_case.name)

    def job(self, stage: str) -> str:
        """Name of the stage's job for the model."""
        return names.job(self.use_case.label(self.model), stage)

    def shared_job(self, stage: str) -> str:
        """Name of the stage's job for all models of the use case."""
        return names.job(self.use_case.name, stage)

    def model_task(
        self,
        key: str,
        *,
        entry_point: str,
        code: str,
        after: tuple[After, ...] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> WheelTask:
        """A wheel task with the parameter that names the model."""
        named = {"model": self.model.name} | dict(parameters or {})
        return self.wheel_task(key, entry_point=entry_point, code=code, after=after, parameters=named)

    def wheel_task(
        self,
        key: str,
        *,
        entry_point: str,
        code: str,
        after: tuple[After, ...] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> WheelTask:
        """A wheel task with the three parameters that every task takes, and its own.

        An empty value is left out with its flag, because Terraform passes it to the provider as null, which the
        provider refuses. A task uses the default for a missing flag.
        """
        common = {"use-case": self.use_case.name, "catalog": self.catalog, "run-id": "{{job.run_id}}"}
        pairs = common | dict(parameters or {})
        flags = tuple(part for name, value in pairs.items() if value for part in (f"--{name}", value))
        return WheelTask(key=key, entry_point=entry_point, code=code, parameters=flags, after=after)


def parameter(name: str) -> str:
    """A reference to the job's parameter `name`."""
    return f"{{{{job.parameters.{name}}}}}"
