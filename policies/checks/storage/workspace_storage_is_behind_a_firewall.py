"""The storage that comes with a workspace is open to all networks by default."""

from ..engine.api import Resource, Severity, Verdict, expect, failed, rule, worst


@rule(
    "CKV_MLOPS_67",
    Severity.HIGH,
    "azurerm_databricks_workspace",
    rationale="It holds results, logs and libraries; without a firewall a leaked key can read them from anywhere.",
    fix="Set `default_storage_firewall_enabled = true` with an `access_connector_id`.",
    control="Azure Databricks: firewall of the workspace storage; SAT DP-4",
)
def workspace_storage_is_behind_a_firewall(resource: Resource) -> Verdict:
    """The storage of a workspace is behind a firewall."""
    on = expect(resource.block, "default_storage_firewall_enabled", True)
    connector = [] if resource.block.has("access_connector_id") else [failed("access_connector_id is not set")]
    return worst([on, *connector])
