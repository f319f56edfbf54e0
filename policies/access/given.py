"""Grants by resource, as the documents declare them: names are not yet normalized."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policies import rights
from policies.access import azure, azure_admins, federation, masks, running
from policies.access.model import ACCOUNT, Key
from policies.access.securables import object_key, object_target, unity_target
from policies.access.stacks import Resource, Stack
from policies.access.unknown import blocks, is_unknown, marked, texts, told, workspace

# Principal, privilege, securable.
Given = Iterator[tuple[str, str, Key]]
Reader = Callable[[Stack, Resource], Given]

_RULE_SET = re.compile(r"accounts/[^/]+/(?:(?P<kind>\w+)/(?P<name>.+)/)?ruleSets/[^/]+")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PREFIXES = ("groups/", "users/", "servicePrincipals/")
_HOLDERS = ("user_id", "group_id", "service_principal_id")
_NAMES = ("group_name", "service_principal_name", "user_name")
_ENTITLEMENTS = ("allow_cluster_create", "allow_instance_pool_create", "databricks_sql_access", "workspace_access")


def privilege(text: str) -> str:
    """A normalized privilege, unless the document does not say which."""
    return text if is_unknown(text) else rights.privilege(text)


def _held(block: Mapping[str, Any]) -> list[str]:
    """The privileges of a block; one unknown if none can be read."""
    return [privilege(text) for text in texts(block.get("privileges"))] if block else [told(None)]


def _grants_list(_: Stack, item: Resource) -> Given:
    for block in blocks(item.values.get("grant")):
        for held in _held(block):
            yield told(block.get("principal")), held, unity_target(item)


def _grant(_: Stack, item: Resource) -> Given:
    for held in _held(item.values):
        yield told(item.values.get("principal")), held, unity_target(item)


def _permissions(stack: Stack, item: Resource) -> Given:
    for block in blocks(item.values.get("access_control")):
        yield _first(block, _NAMES), privilege(told(block.get("permission_level"))), object_target(stack, item)


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return told(next((values[name] for name in names if values.get(name)), None))


def scope_key(stack: Stack, item: Resource) -> Key:
    """The secret scope of an ACL."""
    return object_key(stack, "secret scope", told(item.values.get("scope")))


def _secret_acl(stack: Stack, item: Resource) -> Given:
    held = privilege(told(item.values.get("permission")))
    yield told(item.values.get("principal")), held, scope_key(stack, item)


def _secret_scope(stack: Stack, item: Resource) -> Given:
    """The initial managers of a scope."""
    if item.values.get("initial_manage_principal"):
        yield told(item.values["initial_manage_principal"]), "MANAGE", object_key(stack, "secret scope", item.name)


def table_acl_key(stack: Stack, item: Resource) -> Key:
    """The securable of a legacy table ACL, in a workspace's own metastore."""
    named = [name for name in ("table", "view", "database") if item.values.get(name)]
    flags = [name for name in ("catalog", "any_file", "anonymous_function") if item.values.get(name)]
    name = told(item.values[named[0]]) if named else (flags[0] if flags else told(None))
    return object_key(stack, "table access control", name)


def _table_acl(stack: Stack, item: Resource) -> Given:
    for block in blocks(item.values.get("privilege_assignments")):
        for held in _held(block):
            yield told(block.get("principal")), held, table_acl_key(stack, item)


def rule_set_key(item: Resource) -> Key:
    """The subject of a rule set: a service principal, a group, a policy, or the account."""
    name = told(item.values.get("name"))
    found = _RULE_SET.fullmatch(name)
    if not found or is_unknown(name):
        return Key(kind="rule set", name=name if is_unknown(name) else marked(name))
    if not found["kind"]:
        return ACCOUNT
    words = _WORD.sub(" ", found["kind"]).lower()
    kind = f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")
    return Key(kind=kind, name=found["name"])


def _rule_set(_: Stack, item: Resource) -> Given:
    for rule in blocks(item.values.get("grant_rules")):
        for principal in texts(rule.get("principals")) if rule else [told(None)]:
            yield _without_kind(principal), told(rule.get("role")), rule_set_key(item)


def _without_kind(principal: str) -> str:
    prefix = next((each for each in _PREFIXES if principal.startswith(each)), "")
    return principal.removeprefix(prefix)


def _account_role(_: Stack, item: Resource) -> Given:
    yield _first(item.values, _HOLDERS), told(item.values.get("role")), ACCOUNT


def _entitlements(stack: Stack, item: Resource) -> Given:
    key = Key(kind="workspace", name=stack.environment)
    holder = item.name if item.type != "databricks_entitlements" else _first(item.values, _HOLDERS)
    for name in _ENTITLEMENTS:
        stated = item.values.get(name)
        if stated not in (None, False):
            yield holder, name.upper() if stated is True else marked(name.upper()), key


def membership(item: Resource) -> tuple[str, str]:
    """(group, member) of a membership."""
    return told(item.values.get("group_id")), told(item.values.get("member_id"))


def assignment(stack: Stack, item: Resource) -> Iterator[tuple[str, int | str, str]]:
    """(principal, workspace id, level) of a sign-in right: from the account, or for the workspace of the stack."""
    placed = next(iter(blocks(item.values.get("provider_config"))), {})
    here = stack.workspace_id if item.type == "databricks_permission_assignment" else None
    where = workspace(item.values.get("workspace_id") or placed.get("workspace_id") or here)
    for level in texts(item.values.get("permissions")):
        yield _first(item.values, ("principal_id", *_NAMES)), where, privilege(level)


READERS: Mapping[str, Reader] = {
    "databricks_access_control_rule_set": _rule_set,
    "databricks_entitlements": _entitlements,
    "databricks_grant": _grant,
    "databricks_grants": _grants_list,
    "databricks_group": _entitlements,
    "databricks_group_role": _account_role,
    "databricks_permissions": _permissions,
    "databricks_secret_acl": _secret_acl,
    "databricks_secret_scope": _secret_scope,
    "databricks_service_principal": _entitlements,
    "databricks_service_principal_role": _account_role,
    "databricks_sql_permissions": _table_acl,
    "databricks_user": _entitlements,
    "databricks_user_role": _account_role,
    **azure.READERS,
    **azure_admins.READERS,
    **federation.READERS,
    **masks.READERS,
    **running.READERS,
}
