"""The content of a provider block stays in the code and its history."""

from ..engine.api import Expression, Resource, Scalar, Severity, Verdict, failed, passed, rule, worst

_SECRETS = (
    "token",
    "password",
    "client_secret",
    "azure_client_secret",
    "client_certificate_password",
    "google_credentials",
)


@rule(
    "CKV_MLOPS_90",
    Severity.CRITICAL,
    "provider.databricks",
    "provider.azurerm",
    "provider.azuread",
    "provider.azapi",
    rationale="A token or client secret in a provider block works from anywhere until it is revoked.",
    fix="Remove it: sign in with the CLI, a managed identity or OIDC, or pass it in the pipeline's environment.",
    control="Microsoft cloud security benchmark IM-8",
)
def providers_hold_no_secret(resource: Resource) -> Verdict:
    """Providers hold no token, no password and no client secret."""
    return worst(_one(name, value) for name in _SECRETS for value in resource.block.values(name))


def _one(name: str, value: Scalar) -> Verdict:
    # A variable's value comes from outside; only literals are in the history.
    given = isinstance(value, Expression)
    return passed() if given else failed(f"{name} holds a secret in clear text; allowed: none in a provider")
