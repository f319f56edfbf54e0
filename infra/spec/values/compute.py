"""Compute of an environment, and its limits."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from infra.spec.values.fields import CpuNode, GpuNode, Name, NotEmpty, Runtime, Values


class SingleNode(Values):
    """A cluster of one node."""

    workers: Literal["none"]


class Autoscaling(Values):
    """A cluster that grows with its load."""

    workers: Literal["autoscale"]
    max_workers: Annotated[StrictInt, Field(ge=1, le=100, description="1 to 100")]


class _Policy(Values):
    size: Annotated[SingleNode | Autoscaling, Field(discriminator="workers")]
    runtime: Runtime
    max_dbus_per_hour: Annotated[StrictInt, Field(ge=1, le=1000, description="1 to 1000 DBU an hour")]
    autotermination_minutes: Annotated[StrictInt, Field(ge=10, le=120, description="10 to 120 minutes")]
    max_clusters_per_user: Annotated[StrictInt, Field(ge=1, le=50, description="1 to 50")]
    can_use: tuple[Name, ...] = ()
    """groups that may use it by hand; a job's service principal may use the policy that its job names"""


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
    auto_stop_minutes: Annotated[StrictInt, Field(ge=5, le=30, description="5 to 30 minutes")]
    max_clusters: Annotated[StrictInt, Field(ge=1, le=10, description="1 to 10")]
    can_use: tuple[Name, ...] = ()


class Pool(Values):
    """Idle machines for clusters."""

    node_type: CpuNode
    runtime: Runtime
    min_idle: Annotated[StrictInt, Field(ge=0, le=10, description="0 to 10")] = 0
    max_capacity: Annotated[StrictInt, Field(ge=1, le=100, description="1 to 100")]
    idle_minutes: Annotated[StrictInt, Field(ge=5, le=60, description="5 to 60 minutes")]
    can_attach: tuple[Name, ...] = ()


class OnlineStore(Values):
    """The store of published features, which endpoints look up by key."""

    kind: Literal["online_store", "database_instance"] = "online_store"
    """online_store: an online store; database_instance: the underlying database as a separate resource"""
    capacity: Literal["CU_1", "CU_2", "CU_4", "CU_8"]
    """size of the database instance"""
    read_replicas: Annotated[StrictInt, Field(ge=0, le=3, description="0 to 3")] = 0
