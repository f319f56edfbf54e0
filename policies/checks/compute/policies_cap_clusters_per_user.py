"""A cap per cluster does not limit the number of clusters."""

from ..engine.api import Resource, Severity, Verdict, expect_between, rule

MOST_CLUSTERS = 20


@rule(
    "CKV_MLOPS_27",
    Severity.MEDIUM,
    "databricks_cluster_policy",
    rationale="A loop that starts clusters, or a stolen token, multiplies the cost of one cluster.",
    fix="Set `max_clusters_per_user`.",
    control="Cost control; SAT GOV-1",
)
def policies_cap_clusters_per_user(resource: Resource) -> Verdict:
    """Cluster policies cap the clusters of a user."""
    return expect_between(resource.block, "max_clusters_per_user", 1, MOST_CLUSTERS)
