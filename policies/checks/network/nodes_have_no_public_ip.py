"""A node with a public address is one rule away from the Internet."""

from ..core.api import Resource, Severity, Verdict, expect, passed, rule


@rule(
    "CKV_MLOPS_59",
    Severity.CRITICAL,
    "azurerm_databricks_workspace",
    rationale="Without secure cluster connectivity every node has a public address. No built-in check looks at it.",
    fix="Set `custom_parameters { no_public_ip = true }`, or leave it out: azurerm 3.104 and later default to true.",
    control="SAT NS-6",
)
def nodes_have_no_public_ip(resource: Resource) -> Verdict:
    """Cluster nodes have no public IP address."""
    missing = passed("true by default since azurerm 3.104")
    return expect(resource.block, "custom_parameters.no_public_ip", True, missing=missing)
