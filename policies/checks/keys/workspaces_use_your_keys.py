"""You can revoke a key of your own."""

from ..engine.api import Resource, Severity, Verdict, expect, failed, rule, worst

_KEYS = ("managed_services_cmk_key_vault_key_id", "managed_disk_cmk_key_vault_key_id")


@rule(
    "CKV_MLOPS_68",
    Severity.HIGH,
    "azurerm_databricks_workspace",
    rationale="Without your own keys you cannot revoke the service's access to notebooks, results, secrets and disks.",
    fix="Set `customer_managed_key_enabled = true`, " + " and ".join(f"`{key}`" for key in _KEYS) + ".",
    control="SAT DP-3; Microsoft cloud security benchmark DP-5",
)
def workspaces_use_your_keys(resource: Resource) -> Verdict:
    """Workspaces encrypt services, disks and DBFS with your keys."""
    enabled = expect(resource.block, "customer_managed_key_enabled", True)
    missing = [key for key in _KEYS if not resource.block.has(key)]
    return worst([enabled, *(failed(f"{key} is not set; allowed: the id of a key of yours") for key in missing)])
