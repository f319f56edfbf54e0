"""The resource types of Azure and Entra that give access, read as rows of principal, privilege, kind and securable."""

from collections.abc import Callable, Iterator

from policies.review.access.values import Row, Values, blocks, texts
from policies.review.changes.differences import UNKNOWN
from policies.review.changes.names import Names
from policies.terraform.change import Change


def _role_assignment(change: Change, values: Values, names: Names) -> Iterator[Row]:
    role = values.get("role_definition_name") or values.get("role_definition_id") or UNKNOWN
    yield names.text(change, "principal_id", values), str(role), "Azure scope", names.text(change, "scope", values)


_VAULT_KINDS = ("key", "secret", "certificate", "storage")


STATED = tuple(f"{kind}_permissions" for kind in _VAULT_KINDS)


def _access_policy(change: Change, values: Values, names: Names) -> Iterator[Row]:
    vault, who = names.text(change, "key_vault_id", values), names.text(change, "object_id", values)
    yield from ((who, right, "key vault", vault) for right in _vault_rights(values))


def _vault_rights(policy: Values) -> Iterator[str]:
    for kind in _VAULT_KINDS:
        yield from (f"{kind} {permission}" for permission in texts(policy.get(f"{kind}_permissions") or []))


def _vault(change: Change, values: Values, names: Names) -> Iterator[Row]:
    """The access policies in the vault itself."""
    for policy in blocks(values.get("access_policy")):
        for right in _vault_rights(policy):
            yield str(policy.get("object_id") or ""), right, "key vault", names.of(change, values)


def _azuread_membership(change: Change, values: Values, names: Names) -> Iterator[Row]:
    group = names.text(change, "group_object_id", values)
    yield names.text(change, "member_object_id", values), "MEMBERSHIP", "group", group


def _directory_role(change: Change, values: Values, names: Names) -> Iterator[Row]:
    attribute = "role_id" if change.type == "azuread_directory_role_assignment" else "app_role_id"
    role = names.text(change, attribute, values)
    yield names.text(change, "principal_object_id", values), role, "directory", "of this tenant"


def _identity_federation(change: Change, values: Values, names: Names) -> Iterator[Row]:
    yield names.text(change, "subject", values), "SIGN_IN", "managed identity", names.text(change, "parent_id", values)


READERS: dict[str, Callable[[Change, Values, Names], Iterator[Row]]] = {
    "azuread_app_role_assignment": _directory_role,
    "azuread_directory_role_assignment": _directory_role,
    "azuread_group_member": _azuread_membership,
    "azurerm_federated_identity_credential": _identity_federation,
    "azurerm_key_vault": _vault,
    "azurerm_key_vault_access_policy": _access_policy,
    "azurerm_role_assignment": _role_assignment,
}
