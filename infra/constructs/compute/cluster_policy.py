"""A cluster policy: limits on the configuration and cost of a cluster."""

import json
from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import Autoscaling, CpuPolicy, GpuPolicy

Rule = dict[str, Any]

# A single-node cluster is a driver that runs Spark in its own process.
SINGLE_NODE_CONF = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
SINGLE_NODE_TAGS = {"ResourceClass": "SingleNode"}


@dataclass(frozen=True, kw_only=True)
class ClusterPolicyProps:
    """`tags` are fixed on every cluster. `permissions` are the rights to use it."""

    name: str
    description: str
    limits: CpuPolicy | GpuPolicy
    tags: tuple[tuple[str, str], ...]
    permissions: tuple[Permission, ...]


def _fixed(value: Any) -> Rule:
    return {"type": "fixed", "value": value}


def _size_rules(limits: CpuPolicy | GpuPolicy) -> dict[str, Rule]:
    if isinstance(limits.size, Autoscaling):
        top = limits.size.max_workers
        return {
            "autoscale.min_workers": {"type": "range", "minValue": 1, "maxValue": top},
            "autoscale.max_workers": {"type": "range", "minValue": 1, "maxValue": top},
            # Without this a cluster of fixed size would bypass the two limits above.
            "num_workers": {"type": "forbidden"},
        }
    rules = {"num_workers": _fixed(0)}
    rules |= {f"spark_conf.{key}": _fixed(value) for key, value in SINGLE_NODE_CONF.items()}
    return rules | {f"custom_tags.{key}": _fixed(value) for key, value in SINGLE_NODE_TAGS.items()}


def definition(limits: CpuPolicy | GpuPolicy, tags: tuple[tuple[str, str], ...]) -> dict[str, Rule]:
    """The policy's rules by cluster attribute."""
    nodes = list(limits.node_types)
    return {
        "spark_version": {"type": "allowlist", "values": [limits.runtime], "defaultValue": limits.runtime},
        "node_type_id": {"type": "allowlist", "values": nodes, "defaultValue": nodes[0]},
        "driver_node_type_id": {"type": "allowlist", "values": nodes, "defaultValue": nodes[0], "isOptional": True},
        # The machine-learning runtimes do not support shared clusters: dedicated access, under Unity Catalog.
        "data_security_mode": _fixed("SINGLE_USER"),
        # Fixed and not a range: a job's cluster omits the value, and a range would then refuse it.
        "autotermination_minutes": _fixed(limits.autotermination_minutes),
        # Shuffle files and caches are on the nodes' local disks, which the keys of managed disks do not encrypt.
        "enable_local_disk_encryption": _fixed(True),
        "dbus_per_hour": {"type": "range", "maxValue": limits.max_dbus_per_hour},
        **_size_rules(limits),
        **{f"custom_tags.{key}": _fixed(value) for key, value in tags},
    }


def cluster_policy(scope: Scope, id_: str, props: ClusterPolicyProps) -> None:
    """The policy and its permissions."""
    made = databricks.cluster_policy.ClusterPolicy(
        scope,
        id_,
        name=props.name,
        description=props.description,
        # json.dumps and not Fn.jsonencode: reviewers and scanners then see the rules in the document itself.
        definition=json.dumps(definition(props.limits, props.tags), sort_keys=True),
        max_clusters_per_user=props.limits.max_clusters_per_user,
    )
    permissions(scope, f"{id_}-permissions", "cluster_policy_id", made.id, props.permissions)
