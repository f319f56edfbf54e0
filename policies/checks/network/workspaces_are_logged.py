"""Who did what in a workspace is told by its diagnostic logs, or by nothing."""

from ..core.api import Resource, Severity, Verdict, failed, passed, rule, unknown


@rule(
    "CKV_MLOPS_73",
    Severity.MEDIUM,
    "azurerm_databricks_workspace",
    "azurerm_key_vault",
    rationale="Sign-ins, secret reads and exports leave no trace outside the service without them.",
    fix="Add `azurerm_monitor_diagnostic_setting` with its `target_resource_id`.",
    control="SAT GOV-3, GOV-15; Microsoft cloud security benchmark LT-3",
)
def workspaces_are_logged(resource: Resource) -> Verdict:
    """Workspaces and key vaults send diagnostic logs."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("azurerm_monitor_diagnostic_setting"):
        return passed()
    return failed("no azurerm_monitor_diagnostic_setting targets it; allowed: one")
