"""A role on a subscription applies to all its current and future resources."""

import re

from ..engine.api import Expression, Resource, Scalar, Severity, Verdict, failed, passed, rule, unknown, worst

_WIDE = re.compile(
    r"/?(?:subscriptions/[^/]+/?|providers/microsoft\.management/managementgroups/[^/]+/?)?", re.IGNORECASE
)
_WIDE_SOURCES = ("azurerm_subscription.", "azurerm_management_group.")
_BROAD = ("contributor", "owner", "user access administrator")
# Contributor, Owner and User Access Administrator by the ids of their definitions.
_BROAD_IDS = (
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
)


@rule(
    "CKV_MLOPS_83",
    Severity.HIGH,
    "azurerm_role_assignment",
    rationale="Contributor on a subscription can delete the lake, read keys, and open every firewall in it.",
    fix="Assign on the resource group or the resource, the narrowest role that serves.",
    control="Microsoft cloud security benchmark PA-7",
)
def subscriptions_have_no_broad_role(resource: Resource) -> Verdict:
    """No role that changes things is assigned on a whole subscription or management group."""
    if not _is_broad(resource):
        return passed("a narrow role")
    return worst(_one(scope) for scope in resource.block.values("scope"))


def _is_broad(resource: Resource) -> bool:
    names, ids = resource.block.values("role_definition_name"), resource.block.values("role_definition_id")
    named = any(str(name).strip().lower() in _BROAD for name in names)
    return named or any(str(id_).lower().endswith(_BROAD_IDS) for id_ in ids)


def _one(scope: Scalar) -> Verdict:
    wide = "a role that changes things is assigned on a whole subscription; allowed: on its own scope"
    if not isinstance(scope, Expression):
        return failed(wide) if _WIDE.fullmatch(str(scope)) else passed()
    sources = [name.removeprefix("data.") for name in scope.references]
    if any(name.startswith(_WIDE_SOURCES) for name in sources):
        return failed(wide)
    return passed() if sources else unknown(f"scope is computed ({scope}), and may be a whole subscription; name it")
