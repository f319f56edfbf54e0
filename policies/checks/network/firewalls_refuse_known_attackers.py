"""The built-in check reads the firewall, whose own mode has no effect next to a policy's."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_74",
    Severity.MEDIUM,
    "azurerm_firewall_policy",
    rationale="In the default mode `Alert`, traffic to known malicious addresses is logged but allowed.",
    fix='Set `threat_intelligence_mode = "Deny"` on the policy.',
    control="Microsoft cloud security benchmark NS-3; CKV_AZURE_216 does not detect it",
)
def firewalls_refuse_known_attackers(resource: Resource) -> Verdict:
    """Firewall policies refuse traffic with addresses known for attacks."""
    return expect(resource.block, "threat_intelligence_mode", "Deny")
