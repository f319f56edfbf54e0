"""Without tags, costs cannot be attributed."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule
from ..engine.policy_definition import policy_of


@rule(
    "CKV_MLOPS_28",
    Severity.MEDIUM,
    "databricks_cluster_policy",
    rationale="Cost per team and environment comes from cluster tags; optional tags are left out.",
    fix="Fix at least one `custom_tags.<name>`, such as `custom_tags.environment`, in the definition.",
    control="SAT GOV-6, GOV-7",
)
def policies_require_tags(resource: Resource) -> Verdict:
    """Cluster policies fix tags that attribute cost."""
    policy = policy_of(resource)
    if isinstance(policy, Verdict):
        return policy
    # ResourceClass is Databricks' own tag of a single-node cluster and does not attribute costs.
    tags = {name: limit for name, limit in policy.limits("custom_tags.").items() if name != "ResourceClass"}
    held = [name for name, limit in tags.items() if limit.allowed and not limit.optional]
    return passed() if held else failed("no custom_tags are fixed; allowed: one or more, required")
