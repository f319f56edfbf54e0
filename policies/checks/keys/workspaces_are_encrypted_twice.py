"""Infrastructure encryption of the workspace's storage cannot be added later."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_70",
    Severity.MEDIUM,
    "azurerm_databricks_workspace",
    rationale="The second layer protects the DBFS root if the first one fails; it can only be set at creation.",
    fix="Set `infrastructure_encryption_enabled = true`; the workspace is replaced.",
    control="Microsoft cloud security benchmark DP-5",
)
def workspaces_are_encrypted_twice(resource: Resource) -> Verdict:
    """Workspaces have infrastructure encryption."""
    return expect(resource.block, "infrastructure_encryption_enabled", True)
