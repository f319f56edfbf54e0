"""A second layer of encryption cannot be added to an account later."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_65",
    Severity.MEDIUM,
    "azurerm_storage_account",
    rationale="It protects if the first layer has a flaw or its key leaks; it can only be set at creation.",
    fix="Set `infrastructure_encryption_enabled = true`; the account is replaced.",
    control="SAT DP-4; Microsoft cloud security benchmark DP-5",
)
def storage_is_encrypted_twice(resource: Resource) -> Verdict:
    """Storage accounts have infrastructure encryption."""
    return expect(resource.block, "infrastructure_encryption_enabled", True)
