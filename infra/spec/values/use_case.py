"""One use case in one environment: its jobs, its permissions, and whether it serves."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from infra.spec.values.fields import Name, QuartzCron, SecretName, Switch, Values
from infra.spec.values.platform import Data, Files


class Compute(StrEnum):
    """Compute of a job."""

    POLICY = "policy"
    SERVERLESS = "serverless"


class _CodeJob(Values):
    compute: Compute = Compute.POLICY
    """policy: its own cluster, under the policy that the job names; serverless: Databricks' machines"""


class TriggeredJob(_CodeJob):
    """A job that another job starts."""


class ScheduledJob(_CodeJob):
    """A job with the schedule (or trigger) that its use case declares."""

    schedule: Switch


class TrainingJob(ScheduledJob):
    """The job that trains a model version."""

    gpu: StrictBool = False
    """whether a second job with the same code exists on machines with a GPU, to be run by hand"""
    processes: Literal[1, 2, 4, 8, 16] = 1
    """number of processes that fit a network on Spark's workers (algorithm spark_network), one per worker"""


class PromotionJob(TriggeredJob):
    """The job that puts a version through its gates and makes it live."""

    model_events: Switch | None = None
    """whether a new version and a moved alias start the jobs `new-version` and `alias-change`; default: no such jobs"""


class IntegrationJob(Values):
    """The job that runs ingest, training and scoring in a row on a sample."""

    sample_rows: Annotated[StrictInt, Field(ge=1000, description="at least 1000: fewer leave the gates too few rows")]
    cron: QuartzCron
    schedule: Switch


class PowerBi(Values):
    """Destination and schedule of the job `power-bi`, which publishes a use case's predictions and records."""

    connection: Annotated[str, Field(min_length=1)]
    """the Unity Catalog connection to Power BI, created by hand"""
    workspace: Annotated[str, Field(min_length=1)]
    """the workspace of Power BI"""
    cron: QuartzCron
    schedule: Switch


class MonitoringJob(ScheduledJob):
    """The job that measures every period, decides and alerts."""

    webhook_secret: SecretName | None = None
    """scope/key of the secret with the webhook's URL"""
    mail_secret: SecretName | None = None
    """scope/key of the secret with the mail server, as smtps://HOST?from=ADDRESS, with USER:PASSWORD@ before HOST; if
    neither is given, alerts become files in the volume `alerts`"""
    power_bi: PowerBi | None = None
    """default: nothing is published to Power BI"""


class Jobs(Values):
    """The jobs that this environment runs; the ones left out do not exist in it.

    With `promotion` come the jobs `rollback` and `approval`, which run as the same principal.
    """

    ingest: ScheduledJob | None = None
    training: TrainingJob | None = None
    promotion: PromotionJob | None = None
    scoring: ScheduledJob | None = None
    monitoring: MonitoringJob | None = None
    integration: IntegrationJob | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the jobs that are present, in the order of the life cycle. Each has its service principal."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    def compute(self, stage: str) -> Compute:
        """The compute of the stage's jobs: `promotion` decides for the jobs that undo and approve one."""
        values = getattr(self, stage, None)
        return values.compute if isinstance(values, _CodeJob) else Compute.POLICY

    @property
    def serverless(self) -> bool:
        """Whether any job runs on serverless compute."""
        return any(self.compute(stage) is Compute.SERVERLESS for stage in self.stages)


class RoleAccess(Values):
    """Rights of a group on one use case in one environment."""

    landing: Files | None = None
    bronze: Literal[Data.READ] | None = None
    silver: Literal[Data.READ] | None = None
    gold: Literal[Data.READ] | None = None
    features: Literal[Data.READ] | None = None
    predictions: Literal[Data.READ] | None = None
    """only the table of predictions, for groups that do not read `gold`; requires serving, whose stack grants it"""
    ops: Literal[Data.READ] | None = None
    alerts: Literal[Files.READ] | None = None
    exports: Literal[Files.READ] | None = None
    """predictions as files, if the use case's models declare them"""
    model: Literal["execute"] | None = None
    jobs: Literal["view", "run", "manage"] | None = None
    """every job except the approval job, which they can view"""
    approval: Literal["run"] | None = None
    """may start the approval job, which records a named person's sign-off"""
    alert_actions: Literal["run"] | None = None
    """may start the job that acknowledges, snoozes and resolves alerts (included in `jobs: run`)"""
    comments: Literal["run"] | None = None
    """may start the job that records comments on model versions (included in `jobs: run`)"""
    experiment: Literal["read", "edit"] | None = None
    sensitive: Literal["clear"] | None = None
    """clear: sensitive columns are not masked for the group"""

    endpoint: Literal["view", "query"] | None = None
    """the serving endpoint: see it, or call it too"""

    @property
    def checkpoints(self) -> None:
        """No person has access to the checkpoints: a changed one would lose or repeat rows."""

    @property
    def scratch(self) -> None:
        """Only training has access to the scratch volume."""

    @property
    def functions(self) -> None:
        """People create no functions: a changed one would reveal the masked columns."""


class ServingValues(Values):
    """The serving endpoint of a use case in one environment, with its monitor and alert."""

    inference_table: StrictBool = True
    """whether requests and answers are recorded, in the schema `<usecase>_inference`"""
    monitor: Literal["quality_monitor", "data_quality_monitor"] = "quality_monitor"
    """the resource that monitors the predictions: the provider's older or newer one"""


class UseCaseValues(Values):
    """One use case in one environment."""

    source: Name | None = None
    """the environment whose gold tables training reads; default: this one"""
    mirror: StrictBool = False
    """whether the source's redacted mirror is read instead of its gold tables"""
    mirror_key: SecretName | None = None
    """scope/key of the secret with which this environment hashes keys in its mirror; default: no mirror"""
    jobs: Jobs
    serving: ServingValues | None = None
    """default: no endpoint in this environment"""
    access: dict[Name, RoleAccess] = Field(default_factory=dict)
    """rights by group"""
