"""The third key of a workspace is set by a separate resource, and easily forgotten."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown


@rule(
    "CKV_MLOPS_69",
    Severity.MEDIUM,
    "azurerm_databricks_workspace",
    rationale="`customer_managed_key_enabled` only prepares the workspace; another resource sets the key.",
    fix="Add `azurerm_databricks_workspace_root_dbfs_customer_managed_key` with its `workspace_id`.",
    control="SAT DP-3",
)
def the_dbfs_root_uses_your_key(resource: Resource) -> Verdict:
    """The DBFS root is encrypted with your key."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("azurerm_databricks_workspace_root_dbfs_customer_managed_key"):
        return passed()
    return failed("no azurerm_databricks_workspace_root_dbfs_customer_managed_key names it; allowed: one")
