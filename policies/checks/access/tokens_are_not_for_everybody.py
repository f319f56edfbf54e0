"""Personal access tokens are passwords that end up in scripts."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import entries, means_everybody


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
    return worst(_one(resource, entry) for entry in entries(resource, "access_control"))


def _one(resource: Resource, entry: Block | Verdict) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    group = entry.value("group_name")
    everybody = False if group is None else means_everybody(resource, group)
    if everybody is None:
        return unknown(f"who {group} is cannot be seen here, and it may use them; name it")
    return failed(f"{group} may use them; allowed: named groups") if everybody else passed()
