"""In a managed network, you control nothing between a node and the Internet."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

_ARGUMENTS = ("virtual_network_id", "public_subnet_name", "private_subnet_name")


@rule(
    "CKV_MLOPS_60",
    Severity.HIGH,
    "azurerm_databricks_workspace",
    rationale="Without injection, traffic bypasses your firewall, private endpoints and flow logs.",
    fix="Set " + ", ".join(f"`custom_parameters.{name}`" for name in _ARGUMENTS) + ".",
    control="SAT NS-4",
)
def workspaces_are_in_your_network(resource: Resource) -> Verdict:
    """Workspaces run in your own virtual network."""
    missing = [name for name in _ARGUMENTS if not resource.block.has(f"custom_parameters.{name}")]
    return failed(f"custom_parameters lacks {', '.join(missing)}; allowed: all three") if missing else passed()
