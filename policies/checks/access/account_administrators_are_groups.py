"""An administrator of the account has all rights in every workspace."""

from ..engine.api import Expression, Resource, Severity, Verdict, computed, failed, passed, rule, worst


@rule(
    "CKV_MLOPS_87",
    Severity.HIGH,
    "databricks_user_role",
    rationale="A person with a direct role is missed when groups are reviewed, and keeps it after leaving the team.",
    fix="Give the role to a group (`databricks_group_role`), and add people to the group.",
    control="Least privilege of account administrators",
)
def account_administrators_are_groups(resource: Resource) -> Verdict:
    """Administrators of the account hold that role through a group."""
    return worst(_one(value) for value in resource.block.values("role"))


def _one(value: object) -> Verdict:
    if isinstance(value, Expression):
        return computed("role", value)
    is_admin = str(value).strip().lower().replace(" ", "_") == "account_admin"
    return failed("a person holds account_admin; allowed: a group") if is_admin else passed()
