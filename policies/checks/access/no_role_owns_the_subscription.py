"""A principal that may assign roles can assign itself any role."""

from ..engine.api import Resource, Severity, Verdict, computed, failed, passed, rule, same, worst
from ..engine.values import Expression, Scalar

_TOO_BROAD = ("Owner", "User Access Administrator")
# The same two by the ids of their definitions, which are equal in every tenant.
_TOO_BROAD_IDS = ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9")
_ASSIGNS_ROLES, _ASSIGNS_ROLES_ID = "Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"


@rule(
    "CKV_MLOPS_10",
    Severity.HIGH,
    "azurerm_role_assignment",
    rationale="Owner and User Access Administrator can give themselves or anyone else every other right.",
    fix="Assign the narrowest role that serves, or `Role Based Access Control Administrator` with a `condition`.",
    control="Microsoft cloud security benchmark PA-1, PA-7",
)
def no_role_owns_the_subscription(resource: Resource) -> Verdict:
    """No one is assigned a role that can assign itself any other."""
    names, ids = resource.block.values("role_definition_name"), resource.block.values("role_definition_id")
    narrowed = resource.block.has("condition")
    return worst([*(_name(name, narrowed) for name in names), *(_id(id_, narrowed) for id_ in ids if not names)])


def _name(name: Scalar, narrowed: bool) -> Verdict:
    if isinstance(name, Expression):
        return computed("role_definition_name", name)
    if any(same(name, role) for role in _TOO_BROAD):
        return failed(f"role_definition_name is {name}; allowed: a narrower role")
    return _unnarrowed(narrowed) if same(name, _ASSIGNS_ROLES) else passed()


def _id(id_: Scalar, narrowed: bool) -> Verdict:
    if isinstance(id_, Expression):
        return computed("role_definition_id", id_)
    if str(id_).lower().endswith(_TOO_BROAD_IDS):
        return failed("role_definition_id is that of an owning role; allowed: a narrower role")
    return _unnarrowed(narrowed) if str(id_).lower().endswith(_ASSIGNS_ROLES_ID) else passed()


def _unnarrowed(narrowed: bool) -> Verdict:
    return passed() if narrowed else failed(f"{_ASSIGNS_ROLES} has no condition; allowed: with the roles it may assign")
