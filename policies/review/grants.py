"""Who gains and who loses what: every kind of permission as principal, privilege and securable, before and after."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.review.differences import UNKNOWN
from policies.review.names import Names
from policies.review.plan import Action, Change, Plan

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, order=True)
class Holding:
    """A principal holds a privilege on a securable; `kind` is the securable's, such as `schema`."""

    principal: str
    privilege: str
    kind: str
    securable: str


@dataclass(frozen=True, kw_only=True)
class GrantChange:
    """What one principal gains and loses on one securable, by one resource."""

    principal: str
    kind: str
    securable: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    address: str

    def words(self) -> str:
        """`ml-engineers gains MODIFY on schema ml.feat`."""
        parts = [
            f"{verb} {', '.join(privileges)}"
            for verb, privileges in (("gains", self.gains), ("loses", self.loses))
            if privileges
        ]
        return f"{self.principal} {' and '.join(parts)} on {self.kind} {self.securable}"


def grant_changes(plan: Plan, names: Names) -> list[GrantChange]:
    """One entry per resource, principal and securable whose privileges change, in the plan's order."""
    return [found for change in plan.changes for found in _of(change, names)]


def _of(change: Change, names: Names) -> Iterator[GrantChange]:
    before, after = (set(holdings_of(change, side, names)) for side in (change.before, change.after))
    # Owners of what comes or goes are said with the resource itself.
    if change.action in (Action.UPDATE, Action.REPLACE, Action.UNKNOWN):
        before |= set(_owner(change, change.before, names))
        after |= set(_owner(change, change.after, names))
    changed = sorted(before ^ after)
    subjects = dict.fromkeys((item.principal, item.kind, item.securable) for item in changed)
    for principal, kind, securable in subjects:
        mine = [item for item in changed if (item.principal, item.kind, item.securable) == (principal, kind, securable)]
        yield GrantChange(
            principal=principal,
            kind=kind,
            securable=securable,
            gains=tuple(item.privilege for item in mine if item in after),
            loses=tuple(item.privilege for item in mine if item in before),
            address=change.address,
        )


def holdings_of(change: Change, values: Any, names: Names) -> Iterator[Holding]:
    """What a resource that states permissions gives, with `values` as its attributes; nothing for other types."""
    read = _READERS.get(change.type)
    if read is not None and isinstance(values, Mapping):
        for principal, privilege, kind, securable in read(change, values, names):
            yield Holding(
                principal=names.principal(principal or UNKNOWN),
                privilege=privilege or UNKNOWN,
                kind=_word(kind),
                securable=securable,
            )


def _word(kind: str) -> str:
    """A kind as plain words: it comes from names in the plan, and is shown as text."""
    return re.sub(r"[^A-Za-z0-9 ]+", " ", kind)[:40].strip() or "securable"


def _owner(change: Change, values: Any, names: Names) -> Iterator[Holding]:
    """Who owns it, where that is known before and after."""
    owners = [side.get("owner") if isinstance(side, Mapping) else None for side in (change.before, change.after)]
    if all(isinstance(owner, str) and owner for owner in owners):
        kind = _word(change.type.removeprefix("databricks_"))
        owner = names.principal(values["owner"])
        yield Holding(principal=owner, privilege="OWNERSHIP", kind=kind, securable=names.of(change))


_Row = tuple[str, str, str, str]
_GRANTABLE = (
    "catalog",
    "schema",
    "table",
    "volume",
    "model",
    "function",
    "external_location",
    "storage_credential",
    "credential",
    "metastore",
    "foreign_connection",
    "pipeline",
    "recipient",
    "share",
)


def _texts(value: Any) -> list[str]:
    """A list of texts; one unknown entry where the list is not known yet."""
    return [str(item) for item in value if item is not None] if isinstance(value, list) else [UNKNOWN]


def _blocks(value: Any) -> list[Values]:
    found = value if isinstance(value, list) else [value]
    return [block for block in found if isinstance(block, Mapping)]


def _securable(change: Change, values: Values, names: Names) -> tuple[str, str]:
    """(kind, full name) of what a grant is on."""
    kinds = [kind for kind in _GRANTABLE if values.get(kind)] or [
        kind for kind in _GRANTABLE if _is_unknown(change, kind)
    ]
    kind = kinds[0] if kinds else "securable"
    return kind.replace("_", " "), names.text(change, kind, values)


def _is_unknown(change: Change, attribute: str) -> bool:
    return isinstance(change.unknown, Mapping) and change.unknown.get(attribute) is True


def _grants(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    kind, securable = _securable(change, values, names)
    for block in _blocks(values.get("grant")):
        for privilege in _texts(block.get("privileges")):
            yield str(block.get("principal") or ""), privilege, kind, securable


def _grant(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    kind, securable = _securable(change, values, names)
    for privilege in _texts(values.get("privileges")):
        yield names.text(change, "principal", values), privilege, kind, securable


# The attributes of databricks_permissions that are not the object's id.
_NO_OBJECT = ("id", "access_control", "object_type", "provider_config")


def _permissions(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    unknown = change.unknown if isinstance(change.unknown, Mapping) else {}
    objects = [name for name in values if name not in _NO_OBJECT and values[name]]
    objects += [name for name in unknown if name not in _NO_OBJECT and unknown[name] is True]
    attribute = objects[0] if objects else ""
    kind = attribute.removesuffix("_id").removesuffix("_path").replace("_", " ") or "object"
    # Ids say little to people; what the configuration refers to has a name.
    named = names.referred(change, attribute) or names.text(change, attribute, values)
    for block in _blocks(values.get("access_control")):
        who = block.get("group_name") or block.get("service_principal_name") or block.get("user_name")
        yield str(who or ""), str(block.get("permission_level") or ""), kind, named


def _secret_acl(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    privilege = f"{values.get('permission') or UNKNOWN}"
    yield names.text(change, "principal", values), privilege, "secret scope", names.text(change, "scope", values)


def _membership(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    group = names.principal(names.text(change, "group_id", values))
    yield names.text(change, "member_id", values), "MEMBERSHIP", "group", group


def _assignment(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    for permission in _texts(values.get("permissions")):
        # Without the account-level resource's id it is the workspace that the provider talks to.
        workspace = "of this stack" if "workspace_id" not in values else names.text(change, "workspace_id", values)
        yield names.text(change, "principal_id", values), permission, "workspace", workspace


def _role_assignment(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    role = values.get("role_definition_name") or values.get("role_definition_id") or UNKNOWN
    yield names.text(change, "principal_id", values), str(role), "Azure scope", names.text(change, "scope", values)


def _binding(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    workspace = f"workspace {names.text(change, 'workspace_id', values)}"
    access = str(values.get("binding_type") or "BINDING_TYPE_READ_WRITE")
    yield (
        workspace,
        access,
        str(values.get("securable_type") or "catalog"),
        names.text(change, "securable_name", values),
    )


def _federation(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    for policy in _blocks(values.get("oidc_policy")):
        principal = names.principal(names.text(change, "service_principal_id", values))
        yield f"{policy.get('subject') or UNKNOWN}", "SIGN_IN", "service principal", principal


def _roles(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    for rule in _blocks(values.get("grant_rules")):
        for principal in _texts(rule.get("principals")):
            yield principal, str(rule.get("role") or ""), "rule set", names.text(change, "name", values)


def _exceptions(change: Change, values: Values, names: Names) -> Iterator[_Row]:
    """Who is excepted from a mask or a row filter."""
    kind = str(values.get("on_securable_type") or "securable").lower()
    for principal in _texts(values.get("except_principals") or []):
        yield principal, "CLEAR_VALUES", kind, names.text(change, "on_securable_fullname", values)


_READERS: Mapping[str, Callable[[Change, Values, Names], Iterator[_Row]]] = {
    "azurerm_role_assignment": _role_assignment,
    "databricks_access_control_rule_set": _roles,
    "databricks_grant": _grant,
    "databricks_grants": _grants,
    "databricks_group_member": _membership,
    "databricks_mws_permission_assignment": _assignment,
    "databricks_permission_assignment": _assignment,
    "databricks_permissions": _permissions,
    "databricks_policy_info": _exceptions,
    "databricks_secret_acl": _secret_acl,
    "databricks_service_principal_federation_policy": _federation,
    "databricks_workspace_binding": _binding,
}
ACCESS_TYPES: Sequence[str] = tuple(_READERS)
