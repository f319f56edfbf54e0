"""A node with a public address is one rule away from the Internet."""

from collections.abc import Mapping

from ..engine.api import Resource, Severity, Verdict, expect, failed, passed, rule, unknown
from ..engine.versions import highest, lowest

# azurerm's changelog: from this version on the argument defaults to true.
_TRUE_BY_DEFAULT = (3, 104, 0)


@rule(
    "CKV_MLOPS_59",
    Severity.CRITICAL,
    "azurerm_databricks_workspace",
    rationale="Without secure cluster connectivity every node has a public address. No built-in check looks at it.",
    fix="Set `custom_parameters { no_public_ip = true }`, or leave it out with azurerm held to 3.104 or later.",
    control="SAT NS-6",
)
def nodes_have_no_public_ip(resource: Resource) -> Verdict:
    """Cluster nodes have no public IP address."""
    return expect(resource.block, "custom_parameters.no_public_ip", True, missing=_default(resource))


def _default(resource: Resource) -> Verdict:
    """The default of the argument in the declared version of azurerm."""
    if any(not isinstance(value, Mapping) for value in resource.block.raw("custom_parameters")):
        return unknown("custom_parameters is computed as a whole; write it out")
    declared = resource.document.versions.get("azurerm", ())
    if lowest(declared) >= _TRUE_BY_DEFAULT:
        return passed("true by default since azurerm 3.104")
    above = highest(declared)
    if above is not None and above <= _TRUE_BY_DEFAULT:
        return failed("no_public_ip is not set, and false by default before azurerm 3.104; allowed: true")
    return unknown("no_public_ip is not set, and azurerm's version is not held to 3.104 or later; set it, or hold it")
