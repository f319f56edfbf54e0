"""A user of a service principal can run code with all its rights."""

from ..engine.api import Block, Expression, Resource, Scalar, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import entries, means_everybody

# The prefix of a principal in a rule set, if it is one person or one service principal.
_NO_GROUPS = ("users", "servicePrincipals")


@rule(
    "CKV_MLOPS_86",
    Severity.HIGH,
    "databricks_access_control_rule_set",
    rationale="A role for `users` in the rule set of a service principal lets anyone run a job as that principal.",
    fix="Name the group or the service principal that needs the role.",
    control="Separation of duties: who may run as a service principal",
)
def service_principals_are_not_used_by_everybody(resource: Resource) -> Verdict:
    """Roles on service principals and groups are for named principals."""
    return worst(_one(resource, entry) for entry in entries(resource, "grant_rules"))


def _one(resource: Resource, entry: Block | Verdict) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    return worst(_principal(resource, value) for value in entry.values("principals"))


def _principal(resource: Resource, value: Scalar) -> Verdict:
    kind, _, name = str(value).rpartition("/") if not isinstance(value, Expression) else str(value).partition("/")
    if kind in _NO_GROUPS:
        return passed()
    inside = Expression(name) if kind == "groups" and isinstance(value, Expression) else value
    everybody = means_everybody(resource, inside)
    if everybody is None:
        return unknown(f"who {value} is cannot be seen here; name it")
    return failed(f"{value} holds a role; allowed: named principals") if everybody else passed()
