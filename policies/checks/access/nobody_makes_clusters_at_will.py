"""The entitlement allows clusters without any policy."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule, worst

_ENTITLEMENTS = ("allow_cluster_create", "allow_instance_pool_create")


@rule(
    "CKV_MLOPS_78",
    Severity.MEDIUM,
    "databricks_group",
    "databricks_user",
    "databricks_service_principal",
    "databricks_entitlements",
    rationale="The entitlement allows clusters of any size and access mode; CAN_USE on a policy is enough.",
    fix="Remove the entitlement and grant CAN_USE on a cluster policy.",
    control="SAT INFO-4",
)
def nobody_makes_clusters_at_will(resource: Resource) -> Verdict:
    """No one is entitled to create clusters outside a policy."""
    return worst(expect(resource.block, name, False, missing=passed("off by default")) for name in _ENTITLEMENTS)
