"""Personal access tokens are passwords that end up in scripts."""

from ..engine.api import Resource, Severity, Verdict, passed, rule
from ..engine.principals import only_named_groups


@rule(
    "CKV_MLOPS_8",
    Severity.HIGH,
    "databricks_permissions",
    rationale="If all users may create tokens or use passwords, each can leak credentials that bypass single sign-on.",
    fix='Give `authorization = "tokens"` to the groups whose jobs need it, not to `users`.',
    control="SAT IA-4, IA-5; Databricks token management",
)
def tokens_are_not_for_everybody(resource: Resource) -> Verdict:
    """Tokens and passwords are for named groups."""
    if not resource.block.has("authorization"):
        return passed("not about tokens")
    return only_named_groups(resource, "may use them")
