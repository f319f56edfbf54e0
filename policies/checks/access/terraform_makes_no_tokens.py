"""A token that Terraform creates is in its state, in clear text."""

from ..engine.api import Resource, Severity, Verdict, failed, rule


@rule(
    "CKV_MLOPS_36",
    Severity.HIGH,
    "databricks_token",
    "databricks_obo_token",
    "databricks_service_principal_secret",
    "azuread_application_password",
    "azuread_service_principal_password",
    rationale="Everyone who can read the state or a plan file can sign in with it.",
    fix="Sign in by federation (`databricks_service_principal_federation_policy`) or a managed identity.",
    control="SAT IA-6, GOV-2; Microsoft cloud security benchmark IM-3",
)
def terraform_makes_no_tokens(resource: Resource) -> Verdict:
    """Terraform creates no token and no client secret."""
    return failed(f"{resource.type} keeps a credential in the state; allowed: federation or a managed identity")
