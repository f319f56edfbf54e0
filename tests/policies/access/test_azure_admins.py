"""Administrators that services of Azure have of their own are rows, as roles are."""

from typing import Any

import pytest

from tests.policies.access.estates import rows_of

ENTRA = "azure_active_directory_role_based_access_control"


@pytest.mark.parametrize(
    ("kind", "values", "scope"),
    [
        ("azurerm_kubernetes_cluster", {"name": "k", ENTRA: {"admin_group_object_ids": ["eve"]}}, "prod/k"),
        ("azurerm_kubernetes_cluster", {"name": "k", ENTRA: [{"admin_group_object_ids": ["eve"]}]}, "prod/k"),
        ("azurerm_mssql_server", {"name": "s", "azuread_administrator": [{"object_id": "eve"}]}, "prod/s"),
        (
            "azurerm_mssql_managed_instance",
            {"name": "i", "azure_active_directory_administrator": {"object_id": "eve", "login_username": "e"}},
            "prod/i",
        ),
        (
            "azurerm_mssql_managed_instance_active_directory_administrator",
            {"managed_instance_id": "/subscriptions/1/i", "object_id": "eve"},
            "/subscriptions/1/i",
        ),
        (
            "azurerm_postgresql_flexible_server_active_directory_administrator",
            {"server_name": "p", "object_id": "eve", "principal_name": "e"},
            "prod/p",
        ),
        (
            "azurerm_mysql_flexible_server_active_directory_administrator",
            {"server_id": "/subscriptions/1/m", "object_id": "eve"},
            "/subscriptions/1/m",
        ),
        ("azurerm_synapse_workspace_aad_admin", {"synapse_workspace_id": "/s", "object_id": "eve"}, "/s"),
        ("azurerm_synapse_workspace_sql_aad_admin", {"synapse_workspace_id": "/s", "object_id": "eve"}, "/s"),
        ("azurerm_sql_active_directory_administrator", {"server_name": "s", "object_id": "eve"}, "prod/s"),
        (
            "azurerm_sql_managed_instance_active_directory_administrator",
            {"managed_instance_name": "i", "object_id": "eve"},
            "prod/i",
        ),
        ("azurerm_postgresql_active_directory_administrator", {"server_name": "s", "object_id": "eve"}, "prod/s"),
        ("azurerm_mysql_active_directory_administrator", {"server_name": "s", "object_id": "eve"}, "prod/s"),
        ("azurerm_key_vault_managed_hardware_security_module", {"name": "h", "admin_object_ids": ["eve"]}, "prod/h"),
    ],
)
def test_an_administrator_is_a_row(kind: str, values: dict[str, Any], scope: str) -> None:
    """In a block, or in a resource of its own."""
    assert rows_of(kind, **values) == {("eve", "azure identity", "azure scope", scope, "Administrator")}


@pytest.mark.parametrize("given", ["${var.admins}", {"admin_group_object_ids": "${var.admins}"}])
def test_computed_groups_of_a_cluster_are_unknown(given: Any) -> None:
    """The list, or the whole block."""
    ((principal, *row),) = rows_of("azurerm_kubernetes_cluster", name="k", **{ENTRA: given})
    assert principal in ("unknown: ${var.admins}", "unknown: not set")
    assert row == ["unknown", "azure scope", "prod/k", "Administrator"]


@pytest.mark.parametrize("object_id", [None, "${data.azuread_client_config.me.object_id}"])
def test_an_administrator_that_is_not_known_is_an_unknown_row(object_id: str | None) -> None:
    """Not set, or whoever the provider is."""
    rows = rows_of(
        "azurerm_mssql_server", name="s", azuread_administrator={"object_id": object_id, "login_username": "e"}
    )
    assert [kind for _, kind, *_ in rows] == ["unknown"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("azurerm_kubernetes_cluster", {"name": "k"}),
        ("azurerm_kubernetes_cluster", {"name": "k", ENTRA: {"azure_rbac_enabled": True}}),
        ("azurerm_mssql_server", {"name": "s"}),
    ],
)
def test_a_service_that_names_nobody_is_no_row(kind: str, values: dict[str, Any]) -> None:
    """Who has roles on it, role assignments say."""
    assert rows_of(kind, **values) == set()
