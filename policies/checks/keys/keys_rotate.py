"""A key that expires without rotation stops the platform; one that does neither grows old."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

_WAYS = ("rotation_policy.automatic.time_before_expiry", "rotation_policy.automatic.time_after_creation")


@rule(
    "CKV_MLOPS_72",
    Severity.MEDIUM,
    "azurerm_key_vault_key",
    rationale="Expiry alone (CKV_AZURE_40) locks the lake on that day; manual rotation is forgotten.",
    fix="Set `rotation_policy { expire_after, automatic { time_before_expiry } }`.",
    control="Microsoft cloud security benchmark DP-6",
)
def keys_rotate(resource: Resource) -> Verdict:
    """Keys rotate automatically."""
    if any(resource.block.has(way) for way in _WAYS):
        return passed()
    return failed("rotation_policy.automatic is not set; allowed: a time before expiry or after creation")
