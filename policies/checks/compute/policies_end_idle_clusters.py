"""A cluster that nobody stops keeps costing money."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule
from ..engine.policy_definition import policy_of

MOST_MINUTES = 120


@rule(
    "CKV_MLOPS_25",
    Severity.MEDIUM,
    "databricks_cluster_policy",
    rationale="A cluster without an idle limit runs over the weekend, unpatched and at your cost.",
    fix="Fix `autotermination_minutes`, or give it a `maxValue`, of at most 120 and not 0.",
    control="Cost control; SAT GOV-4",
)
def policies_end_idle_clusters(resource: Resource) -> Verdict:
    """Cluster policies end idle clusters within two hours."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    limit = policy.limit("autotermination_minutes")
    if limit.computed:
        return computed("autotermination_minutes", limit.computed)
    # 0 turns it off, so a range that starts there, or has no start, has no bound.
    lowest = limit.rule.get("minValue", 0) if limit.rule.get("type") == "range" else min(_numbers(limit.allowed))
    if limit.upper is None or not 0 < limit.upper <= MOST_MINUTES or float(lowest) <= 0:
        return failed(
            f"autotermination_minutes is not held to 1 to {MOST_MINUTES}; allowed: fixed, or a range in there"
        )
    return passed()


def _numbers(values: object) -> list[float]:
    """`values` as numbers; 0 if there are none."""
    listed = values if isinstance(values, list) else []
    return [float(value) for value in listed if isinstance(value, int | float)] or [0.0]
