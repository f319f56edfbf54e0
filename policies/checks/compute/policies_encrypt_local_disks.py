"""Spark spills data to the node's own disk."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule, same
from ..engine.policy_definition import policy_of


@rule(
    "CKV_MLOPS_76",
    Severity.LOW,
    "databricks_cluster_policy",
    rationale="Shuffle files and caches hold rows in clear text; the keys of managed disks do not cover local ones.",
    fix="Fix `enable_local_disk_encryption` to true in the definition.",
    control="SAT DP-2",
)
def policies_encrypt_local_disks(resource: Resource) -> Verdict:
    """Cluster policies encrypt the nodes' local disks."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    limit = policy.limit("enable_local_disk_encryption")
    if limit.computed:
        return computed("enable_local_disk_encryption", limit.computed)
    values = limit.allowed or []
    on = values and all(same(value, True) for value in values) and not limit.optional
    return passed() if on else failed("enable_local_disk_encryption is open; allowed: fixed to true")
