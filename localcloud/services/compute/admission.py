"""Whether a principal may start a cluster: permission, policy, and the cluster's own settings."""

from collections.abc import Mapping
from typing import Any

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.identity import Caller
from localcloud.services.compute import policies


class ClusterRefusedError(ValueError):
    """The cluster violates its policy."""


class ClusterDeniedError(ClusterRefusedError):
    """The principal lacks the right to such a cluster."""


def check(cloud: Cloud, caller: Caller, cluster: Mapping[str, Any]) -> None:
    """Raise ClusterRefusedError, naming every violation, unless `caller` may start this cluster."""
    policy_id = cluster.get("policy_id")
    if not policy_id:
        if not caller.is_workspace_admin:
            raise ClusterDeniedError(
                f"{caller.display_name} may not create clusters without a policy: name a policy_id in the job's cluster"
            )
        return
    policy = cloud.store.get("cluster_policy", policy_id)
    workspace = caller.require_workspace().name
    if policy is None or policy["workspace"] != workspace:
        raise ClusterRefusedError(f"cluster policy {policy_id!r} does not exist in workspace {workspace!r}")
    if not acl.allows(cloud, caller, "cluster-policies", policy_id, "CAN_USE"):
        raise ClusterDeniedError(f"{caller.display_name} does not have CAN_USE on cluster policy {policy['name']!r}")
    found = policies.violations(policy["definition"], cluster)
    if found:
        raise ClusterRefusedError(
            f"Cluster validation error: the cluster breaks policy {policy['name']!r}: {'; '.join(found)}"
        )
