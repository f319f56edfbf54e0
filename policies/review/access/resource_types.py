"""The resource types that give access, each read as rows of principal, privilege, kind and name of the securable.

A type that gives access and is not here is reported as giving unknown rights (`access_unread`); add its reader.
"""

from collections.abc import Callable, Iterator, Mapping

from policies.review.access import azure
from policies.review.access.values import Row, Values, blocks, privilege, privileges, texts
from policies.review.changes.differences import UNKNOWN
from policies.review.changes.names import Names
from policies.terraform.change import Change

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


def _securable(change: Change, values: Values, names: Names) -> tuple[str, str]:
    """(kind, full name) of a grant's securable."""
    kinds = [kind for kind in _GRANTABLE if values.get(kind)] or [
        kind for kind in _GRANTABLE if _is_unknown(change, kind)
    ]
    kind = kinds[0] if kinds else "securable"
    return kind.replace("_", " "), names.text(change, kind, values)


def _is_unknown(change: Change, attribute: str) -> bool:
    return isinstance(change.unknown, Mapping) and change.unknown.get(attribute) is True


def _grants(change: Change, values: Values, names: Names) -> Iterator[Row]:
    kind, securable = _securable(change, values, names)
    for block in blocks(values.get("grant")):
        for held in privileges(block.get("privileges")):
            yield str(block.get("principal") or ""), held, kind, securable


def _grant(change: Change, values: Values, names: Names) -> Iterator[Row]:
    kind, securable = _securable(change, values, names)
    for held in privileges(values.get("privileges")):
        yield names.text(change, "principal", values), held, kind, securable


# The attributes of databricks_permissions other than the object's id.
_NO_OBJECT = ("id", "access_control", "object_type", "provider_config")


def _permissions(change: Change, values: Values, names: Names) -> Iterator[Row]:
    unknown = change.unknown if isinstance(change.unknown, Mapping) else {}
    objects = [name for name in values if name not in _NO_OBJECT and values[name]]
    objects += [name for name in unknown if name not in _NO_OBJECT and unknown[name] is True]
    attribute = objects[0] if objects else ""
    kind = attribute.removesuffix("_id").removesuffix("_path").replace("_", " ") or "object"
    # Ids are hard to read; the target of a reference has a name.
    named = names.referred(change, attribute) or names.text(change, attribute, values)
    for block in blocks(values.get("access_control")):
        who = block.get("group_name") or block.get("service_principal_name") or block.get("user_name")
        yield str(who or ""), privilege(block.get("permission_level")), kind, named


def _secret_acl(change: Change, values: Values, names: Names) -> Iterator[Row]:
    yield (
        names.text(change, "principal", values),
        privilege(values.get("permission")),
        "secret scope",
        names.text(change, "scope", values),
    )


def _secret_scope(change: Change, values: Values, names: Names) -> Iterator[Row]:
    """The initial managers of a scope."""
    attribute = "initial_manage_principal"
    if values.get(attribute) or (values is change.after and _is_unknown(change, attribute)):
        yield names.text(change, attribute, values), "MANAGE", "secret scope", names.of(change, values)


def _membership(change: Change, values: Values, names: Names) -> Iterator[Row]:
    group = names.principal(names.text(change, "group_id", values))
    yield names.text(change, "member_id", values), "MEMBERSHIP", "group", group


def _assignment(change: Change, values: Values, names: Names) -> Iterator[Row]:
    for permission in privileges(values.get("permissions")):
        # Without the account-level resource's id it is the provider's workspace.
        workspace = "of this stack" if "workspace_id" not in values else names.text(change, "workspace_id", values)
        yield names.text(change, "principal_id", values), permission, "workspace", workspace


def _binding(change: Change, values: Values, names: Names) -> Iterator[Row]:
    workspace = f"workspace {names.text(change, 'workspace_id', values)}"
    access = privilege(values.get("binding_type") or "BINDING_TYPE_READ_WRITE")
    # The older binding resource may name its catalog in a separate attribute.
    attribute = "securable_name" if values.get("securable_name") or not values.get("catalog_name") else "catalog_name"
    yield workspace, access, str(values.get("securable_type") or "catalog"), names.text(change, attribute, values)


def _metastore(change: Change, values: Values, names: Names) -> Iterator[Row]:
    """A workspace has access to the content of a metastore, within its users' rights."""
    workspace = f"workspace {names.text(change, 'workspace_id', values)}"
    yield workspace, "ASSIGNMENT", "metastore", names.text(change, "metastore_id", values)


def _federation(change: Change, values: Values, names: Names) -> Iterator[Row]:
    for policy in blocks(values.get("oidc_policy")):
        principal = names.principal(names.text(change, "service_principal_id", values))
        yield f"{policy.get('subject') or UNKNOWN}", "SIGN_IN", "service principal", principal


def _roles(change: Change, values: Values, names: Names) -> Iterator[Row]:
    for rule in blocks(values.get("grant_rules")):
        for principal in texts(rule.get("principals")):
            yield principal, str(rule.get("role") or ""), "rule set", names.text(change, "name", values)


def _exceptions(change: Change, values: Values, names: Names) -> Iterator[Row]:
    """The principals that a mask or a row filter exempts."""
    kind = str(values.get("on_securable_type") or "securable").lower()
    for principal in texts(values.get("except_principals") or []):
        yield principal, "CLEAR_VALUES", kind, names.text(change, "on_securable_fullname", values)


_PRINCIPAL_IDS = ("user_id", "group_id", "service_principal_id")


def _holder(change: Change, values: Values, names: Names) -> str:
    """The holder of a role or an entitlement, by one of three attributes."""
    named = [name for name in _PRINCIPAL_IDS if values.get(name) or _is_unknown(change, name)]
    return names.text(change, named[0], values) if named else ""


def _role(change: Change, values: Values, names: Names) -> Iterator[Row]:
    yield _holder(change, values, names), names.text(change, "role", values), "account", "of this stack"


_ENTITLEMENTS = ("allow_cluster_create", "allow_instance_pool_create", "databricks_sql_access", "workspace_access")


def _entitlements(change: Change, values: Values, names: Names) -> Iterator[Row]:
    for name in _ENTITLEMENTS:
        if values.get(name) is True:
            yield _holder(change, values, names), name, "workspace", "of this stack"


def _own_entitlements(change: Change, values: Values, names: Names) -> Iterator[Row]:
    """Entitlements in the group, user or service principal itself."""
    for name in _ENTITLEMENTS:
        if values.get(name) is True:
            yield names.of(change, values), name, "workspace", "of this stack"


def _legacy_grants(change: Change, values: Values, names: Names) -> Iterator[Row]:
    places = ("table", "view", "database", "catalog", "any_file", "anonymous_function")
    kind = next((place for place in places if values.get(place)), "securable")
    for block in blocks(values.get("privilege_assignments")):
        for held in privileges(block.get("privileges")):
            yield str(block.get("principal") or ""), held, f"legacy {kind}", names.text(change, kind, values)


# The attributes that list principals and rights. If one is unknown, so are the gains.
STATED = (
    "access_control",
    "access_policy",
    "except_principals",
    "grant",
    "grant_rules",
    "oidc_policy",
    "permissions",
    "privilege_assignments",
    "privileges",
    *azure.STATED,
    *_ENTITLEMENTS,
)

READERS: Mapping[str, Callable[[Change, Values, Names], Iterator[Row]]] = azure.READERS | {
    "databricks_access_control_rule_set": _roles,
    "databricks_catalog_workspace_binding": _binding,
    "databricks_entitlements": _entitlements,
    "databricks_grant": _grant,
    "databricks_grants": _grants,
    "databricks_group": _own_entitlements,
    "databricks_group_member": _membership,
    "databricks_group_role": _role,
    "databricks_metastore_assignment": _metastore,
    "databricks_mws_permission_assignment": _assignment,
    "databricks_permission_assignment": _assignment,
    "databricks_permissions": _permissions,
    "databricks_policy_info": _exceptions,
    "databricks_secret_acl": _secret_acl,
    "databricks_secret_scope": _secret_scope,
    "databricks_service_principal": _own_entitlements,
    "databricks_service_principal_federation_policy": _federation,
    "databricks_service_principal_role": _role,
    "databricks_sql_permissions": _legacy_grants,
    "databricks_user": _own_entitlements,
    "databricks_user_role": _role,
    "databricks_workspace_binding": _binding,
}
