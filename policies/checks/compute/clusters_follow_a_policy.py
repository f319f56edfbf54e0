"""A cluster without a policy has no limits."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, worst
from ..engine.clusters import clusters_of


@rule(
    "CKV_MLOPS_75",
    Severity.MEDIUM,
    "databricks_cluster",
    "databricks_job",
    rationale="Limits on access mode, nodes, price and tags apply only to clusters that name a policy.",
    fix="Set `policy_id` on every cluster, those of jobs included.",
    control="SAT GOV-1",
)
def clusters_follow_a_policy(resource: Resource) -> Verdict:
    """Clusters name the policy that limits them."""
    return worst(_one(cluster) for cluster in clusters_of(resource))


def _one(cluster: Block) -> Verdict:
    return passed() if cluster.has("policy_id") else failed("policy_id is not set; allowed: a cluster policy's id")
