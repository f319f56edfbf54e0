"""Who read what is told by diagnostic logs, or by nothing."""

from ..core.api import Resource, Severity, Verdict, failed, passed, rule, unknown


@rule(
    "CKV_MLOPS_73",
    Severity.MEDIUM,
    "azurerm_databricks_workspace",
    "azurerm_key_vault",
    "azurerm_storage_account",
    rationale="Sign-ins, reads of secrets and reads of data leave no trace outside the service without them.",
    fix="`azurerm_monitor_diagnostic_setting` with its `target_resource_id` (storage: `<id>/blobServices/default`).",
    control="SAT GOV-3, GOV-15; Microsoft cloud security benchmark LT-3; CKV2_AZURE_21 is blind to it",
)
def accesses_are_logged(resource: Resource) -> Verdict:
    """Workspaces, key vaults and storage accounts send diagnostic logs."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("azurerm_monitor_diagnostic_setting"):
        return passed()
    return failed("no azurerm_monitor_diagnostic_setting targets it; allowed: one")
