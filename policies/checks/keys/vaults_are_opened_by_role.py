"""azurerm 4 renamed the argument; with access policies, a contributor can grant themselves access."""

from ..engine.api import Resource, Severity, Verdict, expect, failed, rule, worst

_NAMES = ("rbac_authorization_enabled", "enable_rbac_authorization")


@rule(
    "CKV_MLOPS_71",
    Severity.HIGH,
    "azurerm_key_vault",
    rationale="With access policies, anyone who can write the vault can give themselves its keys and secrets.",
    fix="Set `rbac_authorization_enabled = true` and assign roles.",
    control="Microsoft cloud security benchmark IM-1, PA-7; azurerm 4 rename",
)
def vaults_are_opened_by_role(resource: Resource) -> Verdict:
    """Key vaults are opened by role and not by access policy."""
    held = [name for name in _NAMES if resource.block.has(name)]
    if not held:
        return failed("rbac_authorization_enabled is not set; allowed: true")
    return worst(expect(resource.block, name, True) for name in held)
