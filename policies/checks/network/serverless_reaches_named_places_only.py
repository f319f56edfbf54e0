"""Serverless compute runs outside your network: its network policy is the only firewall."""

from ..engine.api import Resource, Severity, Verdict, expect, rule, worst

_ACCESS = "egress.network_access"


@rule(
    "CKV_MLOPS_57",
    Severity.HIGH,
    "databricks_account_network_policy",
    rationale="With full access, or in dry-run mode, code on serverless compute can send data anywhere.",
    fix='Set `restriction_mode = "RESTRICTED_ACCESS"` and `enforcement_mode = "ENFORCED"`.',
    control="Serverless egress control; Microsoft cloud security benchmark NS-2",
)
def serverless_reaches_named_places_only(resource: Resource) -> Verdict:
    """Serverless egress is restricted, and enforced."""
    restricted = expect(resource.block, f"{_ACCESS}.restriction_mode", "RESTRICTED_ACCESS")
    return worst((restricted, expect(resource.block, f"{_ACCESS}.policy_enforcement.enforcement_mode", "ENFORCED")))
