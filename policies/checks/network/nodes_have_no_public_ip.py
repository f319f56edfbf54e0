"""A node with a public address is one rule away from the Internet."""

from ..core.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_59",
    Severity.CRITICAL,
    "azurerm_databricks_workspace",
    rationale="Without secure cluster connectivity every node has a public address. No built-in check looks at it.",
    fix="Set `custom_parameters { no_public_ip = true }`: providers before 4 default to false.",
    control="SAT NS-6",
)
def nodes_have_no_public_ip(resource: Resource) -> Verdict:
    """Cluster nodes have no public IP address."""
    return expect(resource.block, "custom_parameters.no_public_ip", True)
