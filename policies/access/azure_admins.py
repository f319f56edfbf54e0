"""Administrators in Azure services themselves, besides roles: of Kubernetes clusters and of databases.

Source: the arguments of these types in the azurerm provider.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.access.model import Key
from policies.access.securables import azure_key
from policies.access.stacks import Resource, Stack
from policies.access.unknown import blocks, texts, told

ADMINISTRATOR = "Administrator"
# Principal, privilege, scope.
Given = Iterator[tuple[str, str, Key]]


@dataclass(frozen=True, kw_only=True)
class _Admins:
    """Where a type names its administrators: `ids` in `block`, or in the resource itself without a block.

    `of` is the attribute that names the administered resource; the resource itself if empty.
    """

    ids: str = "object_id"
    block: str = ""
    of: str = ""


_ADMINS: Mapping[str, _Admins] = {
    "azurerm_key_vault_managed_hardware_security_module": _Admins(ids="admin_object_ids"),
    "azurerm_kubernetes_cluster": _Admins(
        ids="admin_group_object_ids", block="azure_active_directory_role_based_access_control"
    ),
    "azurerm_mssql_managed_instance": _Admins(block="azure_active_directory_administrator"),
    "azurerm_mssql_managed_instance_active_directory_administrator": _Admins(of="managed_instance_id"),
    "azurerm_mssql_server": _Admins(block="azuread_administrator"),
    "azurerm_mysql_flexible_server_active_directory_administrator": _Admins(of="server_id"),
    "azurerm_postgresql_flexible_server_active_directory_administrator": _Admins(of="server_name"),
    "azurerm_synapse_workspace_aad_admin": _Admins(of="synapse_workspace_id"),
    "azurerm_synapse_workspace_sql_aad_admin": _Admins(of="synapse_workspace_id"),
    # Of releases before 4.0.
    "azurerm_mysql_active_directory_administrator": _Admins(of="server_name"),
    "azurerm_postgresql_active_directory_administrator": _Admins(of="server_name"),
    "azurerm_sql_active_directory_administrator": _Admins(of="server_name"),
    "azurerm_sql_managed_instance_active_directory_administrator": _Admins(of="managed_instance_name"),
}


def administrators(stack: Stack, item: Resource) -> Given:
    """One for each id. A block that is an expression may name anyone; an absent block names nobody."""
    found = _ADMINS[item.type]
    key = azure_key(stack, item.values.get(found.of) if found.of else item.name)
    for block in blocks(item.values.get(found.block)) if found.block else [item.values]:
        given = block.get(found.ids)
        several = found.ids.endswith("s")
        for who in texts(given) if several and block else [told(given)]:
            yield who, ADMINISTRATOR, key


READERS = dict.fromkeys(_ADMINS, administrators)
