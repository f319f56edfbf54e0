"""DBU per hour is the one number that limits a cluster's price, whatever its shape."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule
from ..engine.policy_definition import policy_of


@rule(
    "CKV_MLOPS_26",
    Severity.MEDIUM,
    "databricks_cluster_policy",
    rationale="Limits on nodes and workers multiply; only a cap on their product stays valid when a list grows.",
    fix="Add `dbus_per_hour` as a range with a `maxValue`.",
    control="Cost control; SAT GOV-1",
)
def policies_cap_the_price(resource: Resource) -> Verdict:
    """Cluster policies cap DBU per hour."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    limit = policy.limit("dbus_per_hour")
    if limit.computed:
        return computed("dbus_per_hour", limit.computed)
    return passed() if limit.upper is not None else failed("dbus_per_hour has no maxValue; allowed: a range with one")
