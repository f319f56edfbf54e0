"""A managed identity has no secret to leak, to rotate or to keep in a state."""

from collections.abc import Mapping

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

# The equivalents in other clouds: an assumed role, a service account that Databricks creates.
_OF_OTHER_CLOUDS = ("aws_iam_role", "databricks_gcp_service_account")
_WITH_SECRET = ("azure_service_principal", "cloudflare_api_token", "gcp_service_account_key")


@rule(
    "CKV_MLOPS_15",
    Severity.HIGH,
    "databricks_storage_credential",
    rationale="A service principal's secret opens the lake from anywhere, and is stored in Terraform's state.",
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
    if any(_is_set(resource, name) for name in _OF_OTHER_CLOUDS):
        return passed("not Azure's, and without a secret")
    return failed("no azure_managed_identity is set; allowed: one")


def _is_set(resource: Resource, name: str) -> bool:
    """Whether the block exists, even an empty one: `databricks_gcp_service_account {}` needs no arguments."""
    raw = resource.block.raw_values.get(name)
    return any(isinstance(found, Mapping) for found in (raw if isinstance(raw, list) else [raw]))
