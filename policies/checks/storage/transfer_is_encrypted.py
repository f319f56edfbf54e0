"""azurerm 4 renamed the argument, and the built-in check still reads the old name."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule, worst


@rule(
    "CKV_MLOPS_63",
    Severity.HIGH,
    "azurerm_storage_account",
    rationale="Plain HTTP exposes data and tokens in transit. CKV_AZURE_3 passes `https_traffic_only_enabled = false`.",
    fix="Remove `https_traffic_only_enabled`, or set it to true.",
    control="Microsoft cloud security benchmark DP-3; azurerm 4 rename",
)
def transfer_is_encrypted(resource: Resource) -> Verdict:
    """Storage accounts accept HTTPS only."""
    names = ("https_traffic_only_enabled", "enable_https_traffic_only")
    return worst(expect(resource.block, name, True, missing=passed("on by default")) for name in names)
