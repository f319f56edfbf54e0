"""A managed identity has no secret to leak, to rotate or to keep in a state."""

from ..core.api import Resource, Severity, Verdict, failed, passed, rule

_WITH_SECRET = ("azure_service_principal", "cloudflare_api_token")


@rule(
    "CKV_MLOPS_15",
    Severity.HIGH,
    "databricks_storage_credential",
    rationale="A service principal's secret opens the lake from anywhere, and stands in Terraform's state.",
    fix="Use `azure_managed_identity` with an access connector.",
    control="Microsoft cloud security benchmark IM-3",
)
def credentials_are_managed_identities(resource: Resource) -> Verdict:
    """Storage is reached by a managed identity."""
    held = [name for name in _WITH_SECRET if resource.block.has(name)]
    if held:
        return failed(f"{held[0]} keeps a secret; allowed: azure_managed_identity")
    if resource.block.has("azure_managed_identity"):
        return passed()
    return failed("no azure_managed_identity is set; allowed: one")
