"""A secret that passes through Terraform is readable in its state."""

from ..engine.api import Resource, Severity, Verdict, rule, worst
from ..engine.secrets_in_settings import no_secret_at

_SECRETS = {
    "databricks_secret": ("string_value",),
    "databricks_git_credential": ("personal_access_token",),
    "databricks_connection": ("options.password", "options.client_secret", "options.personalAccessToken"),
    "databricks_notification_destination": (
        "config.generic_webhook.password",
        "config.microsoft_teams.auth_secret",
        "config.pagerduty.integration_key",
        "config.slack.oauth_token",
    ),
    "azurerm_key_vault_secret": ("value",),
}


@rule(
    "CKV_MLOPS_35",
    Severity.CRITICAL,
    *_SECRETS,
    rationale="Everyone who can read the code, a plan or the state can read the secret, and it stays in the history.",
    fix="Store the secret in Key Vault outside Terraform, and back the scope with that vault (`keyvault_metadata`).",
    control="SAT DP-1; Microsoft cloud security benchmark IM-8",
)
def arguments_hold_no_secret(resource: Resource) -> Verdict:
    """No argument holds a password, a key or a token."""
    return worst(no_secret_at(resource.block, path) for path in _SECRETS[resource.type])
