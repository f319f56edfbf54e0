"""With Private Link, rules that let the control plane in are an unneeded opening."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule, same


@rule(
    "CKV_MLOPS_61",
    Severity.HIGH,
    "azurerm_databricks_workspace",
    rationale="`AllRules` opens the network to the public control plane although traffic uses the private endpoint.",
    fix='Set `network_security_group_rules_required = "NoAzureDatabricksRules"`.',
    control="SAT NS-3; Azure Databricks Private Link",
)
def private_workspaces_need_no_databricks_rules(resource: Resource) -> Verdict:
    """Workspaces behind Private Link have no rules for the public control plane."""
    public = resource.block.value("public_network_access_enabled")
    if public is None or same(public, True):
        return passed("not behind Private Link")
    return expect(resource.block, "network_security_group_rules_required", "NoAzureDatabricksRules")
