"""Only diagnostic logs show who read what."""

from ..engine.api import Expression, Resource, Severity, Verdict, failed, passed, rule, unknown
from ..engine.environment import Environment, environment_of


@rule(
    "CKV_MLOPS_73",
    Severity.MEDIUM,
    "azurerm_databricks_workspace",
    "azurerm_key_vault",
    "azurerm_storage_account",
    rationale="Without them, sign-ins and reads of secrets and data leave no trace outside the service.",
    fix="`azurerm_monitor_diagnostic_setting` with its `target_resource_id` (storage: `<id>/blobServices/default`).",
    control="SAT GOV-3, GOV-15; Microsoft cloud security benchmark LT-3; CKV2_AZURE_21 does not detect it",
)
def accesses_are_logged(resource: Resource) -> Verdict:
    """Workspaces, key vaults and storage accounts send diagnostic logs."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("azurerm_monitor_diagnostic_setting"):
        return passed()
    if any(_may_target(setting, resource) for setting in resource.document.resources):
        return unknown("what an azurerm_monitor_diagnostic_setting targets is computed, and may be this")
    if environment_of(resource) is Environment.UNKNOWN:
        return unknown("none targets it here, and nothing says whose it is: a policy of Azure may make the setting")
    return failed("no azurerm_monitor_diagnostic_setting targets it; allowed: one")


def _may_target(setting: Resource, resource: Resource) -> bool:
    """Whether a setting's target is computed from values that are unknown here."""
    if setting.type != "azurerm_monitor_diagnostic_setting" or setting.address == resource.address:
        return False
    targets = setting.block.values("target_resource_id")
    return any(isinstance(target, Expression) and not target.references for target in targets)
