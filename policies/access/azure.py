"""Rights in Azure: roles assigned on a scope, by name or by id, and the access policies of vaults.

Ids of roles: Azure, "Azure built-in roles".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.model import ACCOUNT, Key
from policies.access.securables import azure_key
from policies.access.stacks import Resource, Stack
from policies.access.unknown import blocks, is_unknown, marked, texts, told

_BUILT_IN = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "17d1049b-9a84-46fb-8f53-869881c3d3ab": "Storage Account Contributor",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "f25e0fa2-a7c8-4377-a976-54943a77a395": "Key Vault Contributor",
}
_VAULT_KINDS = ("key", "secret", "certificate", "storage")
# Principal, privilege, scope.
Given = Iterator[tuple[str, str, Key]]


def role_assignment(stack: Stack, item: Resource) -> Given:
    """A role, with a note if a condition limits it."""
    limited = " (under a condition)" if item.values.get("condition") else ""
    yield told(item.values.get("principal_id")), f"{_role(item.values)}{limited}", _scope(stack, item)


def _role(values: Mapping[str, Any]) -> str:
    """The role's name. An unknown id may be any role's, so it is unknown."""
    named = values.get("role_definition_name")
    if named:
        return told(named)
    given = told(values.get("role_definition_id"))
    last = given.rpartition("/")[2].partition("|")[0].lower()
    # Without a path it is the name of a role that a stack defines.
    return _BUILT_IN.get(last) or (marked(f"role {last}") if "/" in given and not is_unknown(given) else given)


def _scope(stack: Stack, item: Resource) -> Key:
    return azure_key(stack, item.values.get("scope"))


def vault_policy(stack: Stack, item: Resource) -> Given:
    """The permissions of an access policy that is a separate resource."""
    yield from _policy(item.values, azure_key(stack, item.values.get("key_vault_id")))


def vault_policies(stack: Stack, item: Resource) -> Given:
    """The access policies in the vault itself, which apply unless it uses role-based access."""
    if not _by_role(item.values):
        for policy in blocks(item.values.get("access_policy")):
            yield from _policy(policy, azure_key(stack, item.name))


def _by_role(values: Mapping[str, Any]) -> bool:
    return any(values.get(name) is True for name in ("rbac_authorization_enabled", "enable_rbac_authorization"))


def _policy(policy: Mapping[str, Any], key: Key) -> Given:
    if not policy:
        yield told(None), told(None), key
    for kind in _VAULT_KINDS:
        for permission in texts(policy.get(f"{kind}_permissions")):
            held = permission if is_unknown(permission) else f"{kind} {permission.title()}"
            yield told(policy.get("object_id")), held, key


def entra_role(stack: Stack, item: Resource) -> Given:
    """A role in the directory, or of an application."""
    role = item.values.get("role_id") or item.values.get("app_role_id")
    yield told(item.values.get("principal_object_id")), told(role), azure_key(stack, "directory")


def azapi(stack: Stack, item: Resource) -> Given:
    """Access through the ARM API: its role is in a body that is not parsed here."""
    kind = told(item.values.get("type"))
    if is_unknown(kind) or kind.lower().startswith("microsoft.authorization/"):
        yield marked(item.address), marked("a role"), azure_key(stack, item.values.get("parent_id"))


def unread(stack: Stack, item: Resource) -> Given:
    """A type that gives access but is not parsed: principals and privileges are unknown."""
    scope = item.values.get("scope") or item.values.get("parent_id") or item.name
    of_azure = not item.type.startswith("databricks_")
    key = azure_key(stack, scope) if of_azure else ACCOUNT
    yield marked(item.address), marked("what it gives"), key


READERS = {
    "azapi_resource": azapi,
    "azapi_update_resource": azapi,
    "azuread_app_role_assignment": entra_role,
    "azuread_directory_role_assignment": entra_role,
    "azurerm_key_vault": vault_policies,
    "azurerm_key_vault_access_policy": vault_policy,
    "azurerm_role_assignment": role_assignment,
}
