"""Idle machines, so that clusters start at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import Pool


@dataclass(frozen=True, kw_only=True)
class InstancePoolProps:
    """`permissions` are the rights to attach clusters to it."""

    name: str
    limits: Pool
    tags: Mapping[str, str]
    permissions: tuple[Permission, ...]


def instance_pool(scope: Scope, id_: str, props: InstancePoolProps) -> None:
    """A pool with a maximum size, which empties when idle."""
    limits = props.limits
    made = databricks.instance_pool.InstancePool(
        scope,
        id_,
        instance_pool_name=props.name,
        node_type_id=limits.node_type,
        min_idle_instances=limits.min_idle,
        max_capacity=limits.max_capacity,
        idle_instance_autotermination_minutes=limits.idle_minutes,
        preloaded_spark_versions=[limits.runtime],
        enable_elastic_disk=True,
        custom_tags=dict(props.tags),
    )
    permissions(scope, f"{id_}-permissions", "instance_pool_id", made.id, props.permissions)
