"""A federation policy decides which external tokens are accepted for a service principal."""

from ..engine.api import Expression, Resource, Severity, Verdict, failed, passed, rule, unknown, worst

_SUBJECTS = ("oidc_policy.subject", "subject")
_AUDIENCES = ("oidc_policy.audiences", "audience")


@rule(
    "CKV_MLOPS_7",
    Severity.HIGH,
    "databricks_service_principal_federation_policy",
    "azurerm_federated_identity_credential",
    rationale="Without one exact subject, any pipeline of the same issuer can sign in as this principal.",
    fix="Name the exact subject, such as `repo:org/repository:environment:prod`, and an audience; no wildcard.",
    control="OIDC workload identity federation; CIS least privilege of pipelines",
)
def service_principals_sign_in_from_one_place(resource: Resource) -> Verdict:
    """A federated sign-in names one exact subject and an audience."""
    return worst((_named(resource, "subject", _SUBJECTS), _named(resource, "audience", _AUDIENCES)))


def _named(resource: Resource, what: str, paths: tuple[str, ...]) -> Verdict:
    values = [value for path in paths for value in resource.block.values(path)]
    if not values:
        return failed(f"{what} is not set; allowed: an exact one")
    if any("*" in str(value) for value in values):
        return failed(f"{what} is {values[0]}, which holds a wildcard; allowed: an exact one")
    if any(str(value).lower().endswith(":pull_request") for value in values):
        return failed(
            f"{what} is {values[0]}: anyone who opens a pull request can sign in; allowed: a branch or an environment"
        )
    if any(isinstance(value, Expression) for value in values):
        return unknown(f"{what} is computed ({values[0]})")
    return passed()
