"""What gives access and is not read row by row is a row that says so; owners of every securable are rows."""

from typing import Any

import pytest

from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.stacks import stack_of


def _rows(kind: str, **values: Any) -> set[tuple[str, str, str, str]]:
    document = {"provider": {}, "resource": {kind: {"added": values}}}
    found = Access(estate_of([stack_of("prod-ml", document)]))
    return {(row.principal, row.key.kind, row.key.name, row.privilege) for row in found.matrix()}


@pytest.mark.parametrize(
    ("kind", "values", "scope"),
    [
        (
            "azurerm_pim_eligible_role_assignment",
            {"scope": "/subscriptions/1", "principal_id": "eve"},
            "/subscriptions/1",
        ),
        ("azuread_group_member", {"group_object_id": "g", "member_object_id": "eve"}, "prod/added"),
        ("azurerm_storage_account_local_user", {"name": "eve"}, "prod/eve"),
        ("azurerm_lighthouse_assignment", {"scope": "/subscriptions/1"}, "/subscriptions/1"),
        ("databricks_obo_token", {"application_id": "eve"}, "account"),
        ("databricks_service_principal_secret", {"service_principal_id": "eve"}, "account"),
        ("databricks_group_instance_profile", {"group_id": "eve"}, "account"),
        ("databricks_app", {"name": "scores"}, "account"),
    ],
)
def test_what_is_not_read_is_an_unknown_row(kind: str, values: dict[str, Any], scope: str) -> None:
    """It was in no row: nobody seemed to gain anything."""
    on = "account" if scope == "account" else "azure scope"
    unknown = (f"unknown: prod-ml: {kind}.added", on, scope, "unknown: what it gives")
    assert unknown in _rows(kind, **values)


def test_what_gives_no_access_is_no_row() -> None:
    """A resource group."""
    assert _rows("azurerm_resource_group", name="g") == set()


@pytest.mark.parametrize(
    ("kind", "values", "securable", "privilege"),
    [
        ("databricks_recipient", {"name": "partner"}, ("recipient", "partner"), "MANAGE"),
        (
            "databricks_function",
            {"catalog_name": "prod", "schema_name": "a", "name": "f"},
            ("function", "prod.a.f"),
            "EXECUTE",
        ),
    ],
)
def test_owners_of_recipients_and_functions_are_rows(
    kind: str, values: dict[str, Any], securable: tuple[str, str], privilege: str
) -> None:
    """Whoever owns one hands out its tokens, or lets others call it."""
    assert ("eve", *securable, privilege) in _rows(kind, owner="eve", **values)
