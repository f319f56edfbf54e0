"""A policy that no workspace uses has no effect."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown


@rule(
    "CKV_MLOPS_58",
    Severity.MEDIUM,
    "databricks_account_network_policy",
    rationale="A network policy takes effect only through `databricks_workspace_network_option`.",
    fix="Add `databricks_workspace_network_option` with its `network_policy_id` for every workspace it is for.",
    control="Serverless egress control",
)
def network_policies_are_in_use(resource: Resource) -> Verdict:
    """Network policies are assigned to a workspace."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("databricks_workspace_network_option"):
        return passed()
    return failed("no databricks_workspace_network_option names it; allowed: one per workspace")
