"""A shell on a node sees what every notebook on it sees."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule
from ..engine.clusters import clusters_of
from ..engine.policy_definition import policy_of


@rule(
    "CKV_MLOPS_31",
    Severity.HIGH,
    "databricks_cluster",
    "databricks_job",
    "databricks_cluster_policy",
    rationale="The holder of the key can read data and credentials of every user of the cluster, bypassing all grants.",
    fix="Remove `ssh_public_keys`; use the web terminal for troubleshooting.",
    control="SAT NS-1, NS-2",
)
def nobody_signs_in_to_nodes(resource: Resource) -> Verdict:
    """Nodes accept no SSH keys."""
    if resource.type == "databricks_cluster_policy":
        policy = policy_of(resource)
        if isinstance(policy, Verdict):
            return policy
        held = any(limit.allowed for limit in policy.limits("ssh_public_keys").values())
    else:
        held = any(cluster.has("ssh_public_keys") for cluster in clusters_of(resource))
    return failed("ssh_public_keys is set; allowed: none") if held else passed()
