"""IP access lists have no effect until they are enabled."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_53",
    Severity.HIGH,
    "databricks_workspace_conf",
    rationale="Without the list, a stolen token or cookie works from everywhere.",
    fix='Set `enableIpAccessLists = "true"` and create a `databricks_ip_access_list`.',
    control="SAT NS-5, NS-7",
)
def workspaces_answer_known_addresses(resource: Resource) -> Verdict:
    """Workspaces check the addresses of sign-ins."""
    return expect(resource.block, "custom_config.enableIpAccessLists", True)
