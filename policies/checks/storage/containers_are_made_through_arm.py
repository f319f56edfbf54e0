"""With the account's name, Terraform uses the data plane, with the account's key."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule


@rule(
    "CKV_MLOPS_66",
    Severity.MEDIUM,
    "azurerm_storage_container",
    "azurerm_storage_share",
    rationale="The data plane needs a key or an open network, so one of them would stay open for Terraform.",
    fix="Set `storage_account_id` instead of `storage_account_name`.",
    control="azurerm 4 rename; account keys off",
)
def containers_are_made_through_arm(resource: Resource) -> Verdict:
    """Containers are created through the management plane."""
    if resource.block.has("storage_account_id"):
        return passed()
    return failed("storage_account_id is not set; allowed: it, in place of storage_account_name")
