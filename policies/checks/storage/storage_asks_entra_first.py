"""The portal offers account keys unless told otherwise."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_64",
    Severity.MEDIUM,
    "azurerm_storage_account",
    rationale="By default, people access data with the account's key: without a role and without a name.",
    fix="Set `default_to_oauth_authentication = true`.",
    control="Microsoft cloud security benchmark IM-1",
)
def storage_asks_entra_first(resource: Resource) -> Verdict:
    """Storage accounts default to Entra ID sign-in."""
    return expect(resource.block, "default_to_oauth_authentication", True)
