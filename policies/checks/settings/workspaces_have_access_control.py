"""The standard tier has no permissions: everyone in the workspace has the same rights."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_89",
    Severity.HIGH,
    "azurerm_databricks_workspace",
    rationale="Without the premium tier there are no access lists, no Unity Catalog, no private link and no audit log.",
    fix='Set `sku = "premium"`.',
    control="Azure Databricks: features of the premium tier",
)
def workspaces_have_access_control(resource: Resource) -> Verdict:
    """Workspaces are of the premium tier."""
    return expect(resource.block, "sku", "premium", "trial")
