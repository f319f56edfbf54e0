"""Everyone's clusters are created under a policy."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule
from ..engine.modes import UNITY_CATALOG_MODES
from ..engine.policy_definition import policy_of


@rule(
    "CKV_MLOPS_23",
    Severity.HIGH,
    "databricks_cluster_policy",
    rationale="If the policy leaves the access mode open, a user can choose one that bypasses the grants.",
    fix="Fix `data_security_mode` to SINGLE_USER or USER_ISOLATION in the definition.",
    control="SAT GOV-12, GOV-13",
)
def policies_require_unity_catalog(resource: Resource) -> Verdict:
    """Cluster policies allow access modes of Unity Catalog only."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    limit = policy.limit("data_security_mode")
    if limit.computed:
        return computed("data_security_mode", limit.computed)
    modes = [str(mode) for mode in limit.allowed or []]
    if modes and set(modes) <= set(UNITY_CATALOG_MODES):
        return passed()
    given = " or ".join(modes) or "any mode"
    return failed(f"data_security_mode allows {given}; allowed: {' or '.join(UNITY_CATALOG_MODES)}")
