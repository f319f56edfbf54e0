"""Who may assign roles may take any."""

from ..core.api import Resource, Severity, Verdict, computed, failed, passed, rule, same, worst
from ..core.values import Expression, Scalar

_TOO_BROAD = ("Owner", "User Access Administrator")
# The same two by the ids of their definitions, which are one in every tenant.
_TOO_BROAD_IDS = ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9")


@rule(
    "CKV_MLOPS_10",
    Severity.HIGH,
    "azurerm_role_assignment",
    rationale="Owner and User Access Administrator may give themselves, or anybody, every other right.",
    fix="Assign the narrowest role that serves, or `Role Based Access Control Administrator` with a `condition`.",
    control="Microsoft cloud security benchmark PA-1, PA-7",
)
def no_role_owns_the_subscription(resource: Resource) -> Verdict:
    """Nobody is assigned Owner or User Access Administrator."""
    names, ids = resource.block.values("role_definition_name"), resource.block.values("role_definition_id")
    return worst([*(_name(name) for name in names), *(_id(id_) for id_ in ids if not names)])


def _name(name: Scalar) -> Verdict:
    if isinstance(name, Expression):
        return computed("role_definition_name", name)
    broad = any(same(name, role) for role in _TOO_BROAD)
    return failed(f"role_definition_name is {name}; allowed: a narrower role") if broad else passed()


def _id(id_: Scalar) -> Verdict:
    if isinstance(id_, Expression):
        return computed("role_definition_id", id_)
    broad = str(id_).lower().endswith(_TOO_BROAD_IDS)
    return failed("role_definition_id is that of an owning role; allowed: a narrower role") if broad else passed()
