"""`<environment>.yaml`: what makes one environment differ from the others."""

from typing import Annotated, Literal

from pydantic import Field

from infra.spec.fields import (
    CatalogName,
    CpuNode,
    Email,
    GpuNode,
    Name,
    NotEmpty,
    QuartzCron,
    Runtime,
    SecretName,
    Switch,
    Values,
    WorkspaceUrl,
)
from infra.spec.platform import Data, Files


class Workspace(Values):
    """The environment's Databricks workspace."""

    url: WorkspaceUrl
    id: Annotated[int, Field(gt=0, description="the workspace's number, from its URL")]


class TriggeredJob(Values):
    """A job that another job starts."""


class ScheduledJob(Values):
    """A job with the schedule (or trigger) that its use case declares."""

    schedule: Switch


class IntegrationJob(Values):
    """The job that runs ingest, training and scoring in a row on a sample."""

    sample_rows: Annotated[int, Field(ge=1000, description="at least 1000: fewer leave the gates too few rows")]
    cron: QuartzCron
    schedule: Switch


class MonitoringJob(ScheduledJob):
    """The job that measures every month, decides and alerts."""

    webhook_secret: SecretName | None = None
    """scope/key of the secret with the webhook's URL; left out: alerts become files in the volume `alerts`"""


class Jobs(Values):
    """The jobs that this environment runs; the ones left out do not exist in it.

    With `promotion` come the jobs that undo and approve one, `rollback` and `approval`, which run as its principal.
    """

    ingest: ScheduledJob | None = None
    training: ScheduledJob | None = None
    promotion: TriggeredJob | None = None
    scoring: ScheduledJob | None = None
    monitoring: MonitoringJob | None = None
    integration: IntegrationJob | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of the jobs that are present, in the order of the life cycle. Each has its service principal."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)


class RoleAccess(Values):
    """What the members of one group may do with one use case in one environment."""

    landing: Files | None = None
    bronze: Literal[Data.READ] | None = None
    silver: Literal[Data.READ] | None = None
    gold: Literal[Data.READ] | None = None
    features: Literal[Data.READ] | None = None
    ops: Literal[Data.READ] | None = None
    alerts: Literal[Files.READ] | None = None
    model: Literal["execute"] | None = None
    jobs: Literal["view", "run", "manage"] | None = None
    """every job but the approval job, which this lets people view"""
    approval: Literal["run"] | None = None
    """may start the approval job, which records a named person's sign-off"""
    experiment: Literal["read", "edit"] | None = None

    endpoint: Literal["view", "query"] | None = None
    """the serving endpoint: see it, or call it too"""

    @property
    def scratch(self) -> None:
        """Nobody but training reaches the scratch volume."""


class ServingValues(Values):
    """The serving endpoint of a use case in one environment, with its monitor and alert."""

    inference_table: bool = True
    """whether requests and answers are recorded, in the ops schema"""


class UseCaseValues(Values):
    """One use case in one environment."""

    source: Name | None = None
    """the environment whose gold tables training reads; left out: its own"""
    jobs: Jobs
    serving: ServingValues | None = None
    """left out: no endpoint in this environment"""
    access: dict[Name, RoleAccess] = Field(default_factory=dict)
    """rights by group"""


class SingleNode(Values):
    """A cluster of one node."""

    workers: Literal["none"]


class Autoscaling(Values):
    """A cluster that grows with its load."""

    workers: Literal["autoscale"]
    max_workers: Annotated[int, Field(ge=1, le=100, description="1 to 100")]


class _Policy(Values):
    size: Annotated[SingleNode | Autoscaling, Field(discriminator="workers")]
    runtime: Runtime
    max_dbus_per_hour: Annotated[int, Field(ge=1, le=1000, description="1 to 1000 DBU an hour")]
    autotermination_minutes: Annotated[int, Field(ge=10, le=120, description="10 to 120 minutes")]
    max_clusters_per_user: Annotated[int, Field(ge=1, le=50, description="1 to 50")]
    can_use: tuple[Name, ...] = ()
    """groups that may use it by hand; the jobs' service principals always may"""


class CpuPolicy(_Policy):
    """Limits of the clusters without GPU."""

    kind: Literal["cpu"]
    node_types: NotEmpty[CpuNode]


class GpuPolicy(_Policy):
    """Limits of the clusters with GPU."""

    kind: Literal["gpu"]
    node_types: NotEmpty[GpuNode]


Policy = Annotated[CpuPolicy | GpuPolicy, Field(discriminator="kind")]


class Policies(Values):
    """The cluster policies; every cluster of a job is bound to one of them."""

    cpu_single_node: Policy
    cpu_autoscaling: Policy
    gpu_single_node: Policy | None = None
    gpu_distributed: Policy | None = None

    def items(self) -> tuple[tuple[str, CpuPolicy | GpuPolicy], ...]:
        """(name, policy) of the policies that are present."""
        named = ((name, getattr(self, name)) for name in type(self).model_fields)
        return tuple((name, policy) for name, policy in named if policy is not None)


class Warehouse(Values):
    """The SQL warehouse for people's queries."""

    size: Literal["2X-Small", "X-Small", "Small", "Medium", "Large"]
    auto_stop_minutes: Annotated[int, Field(ge=5, le=30, description="5 to 30 minutes")]
    max_clusters: Annotated[int, Field(ge=1, le=10, description="1 to 10")]
    can_use: tuple[Name, ...] = ()


class OnlineStore(Values):
    """The store of published features, which endpoints look up by key."""

    capacity: Literal["CU_1", "CU_2", "CU_4", "CU_8"]
    """size of the database instance"""
    read_replicas: Annotated[int, Field(ge=0, le=3, description="0 to 3")] = 0


class Environment(Values):
    """What makes one environment differ from the others."""

    name: Name
    """the name of its file"""
    catalog: CatalogName
    """its catalog: no two environments may share one"""
    workspace: Workspace
    read_by: tuple[Name, ...] = ()
    """environments whose workspaces may read this catalog"""
    use_cases: dict[str, UseCaseValues]
    policies: Policies
    warehouse: Warehouse
    online_store: OnlineStore | None = None
    """needed where a use case serves"""
    notify: tuple[Email, ...] = ()
    """who is told when a job fails or an alert is raised"""
