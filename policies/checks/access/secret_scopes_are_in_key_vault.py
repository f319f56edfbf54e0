"""Key Vault logs, rotates and recovers secrets; a Databricks-backed scope only stores them."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule


@rule(
    "CKV_MLOPS_37",
    Severity.MEDIUM,
    "databricks_secret_scope",
    rationale="Secrets in a Databricks scope have no expiry, log or recovery.",
    fix="Set `keyvault_metadata { resource_id, dns_name }`.",
    control="SAT DP-1; Microsoft cloud security benchmark IM-8",
)
def secret_scopes_are_in_key_vault(resource: Resource) -> Verdict:
    """Secret scopes are backed by Key Vault."""
    if resource.block.has("keyvault_metadata.resource_id"):
        return passed()
    return failed("keyvault_metadata is not set; allowed: a Key Vault's")
