"""What exists before a stack is read by it, must be as the stack says, and stays when the stack goes. Real routes."""

from typing import Any

import pytest
from databricks.sdk.service.catalog import AzureManagedIdentityRequest, CatalogIsolationMode

from localcloud.loader import LoadError
from tests.localcloud.loader.stacks import Stacks, counts

URL = "abfss://gold@risklake.dfs.core.windows.net"
CONNECTOR = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c"
CATALOG: dict[str, Any] = {
    "name": "risk",
    "lifecycle": {
        "postcondition": [
            {
                "condition": '${self.catalog_info[0].isolation_mode == "ISOLATED"}',
                "error_message": "The adopted catalog has isolation_mode ${self.catalog_info[0].isolation_mode}.",
            }
        ]
    },
}
LOCATION: dict[str, Any] = {
    "name": "risk-gold",
    "lifecycle": {
        "postcondition": [
            {
                "condition": '${endswith(self.external_location_info[0].url, "@risklake.dfs.core.windows.net")}',
                "error_message": "The adopted location lies at ${self.external_location_info[0].url}.",
            },
            {"condition": "${self.external_location_info[0].read_only != true}", "error_message": "It is read-only."},
        ]
    },
}
DATA = {"databricks_catalog.catalog": CATALOG, "databricks_external_location.gold": LOCATION}
INFO = "data.databricks_external_location.gold.external_location_info[0]"
SCHEMA = {
    "name": "credit_gold",
    "catalog_name": "${data.databricks_catalog.catalog.name}",
    "storage_root": f'${{trimsuffix({INFO}.url, "/")}}/risk/gold',
}
GRANT = {
    "catalog": "${data.databricks_catalog.catalog.name}",
    "principal": "${databricks_group.analysts.display_name}",
    "privileges": ["USE_CATALOG"],
}
RESOURCES: dict[str, Any] = {
    "databricks_group.analysts": {"display_name": "analysts"},
    "databricks_schema.gold": SCHEMA,
    "databricks_grant.analysts": GRANT,
}


@pytest.fixture
def existing(stacks: Stacks) -> Stacks:
    """`stacks`, with a catalog and a location that somebody made through REST."""
    admin = stacks.core.admin()
    admin.catalogs.create("risk", storage_root=f"{URL}/risk")
    admin.catalogs.update("risk", isolation_mode=CatalogIsolationMode.ISOLATED)
    identity = AzureManagedIdentityRequest(access_connector_id=CONNECTOR)
    admin.storage_credentials.create("risk", azure_managed_identity=identity)
    admin.external_locations.create("risk-gold", URL, "risk")
    return stacks


def _write(stacks: Stacks, resources: dict[str, Any]) -> None:
    stacks.write("prod-workspace", resources, data=DATA if resources else {})


def test_what_exists_is_read(existing: Stacks) -> None:
    """A schema is made in the adopted catalog, at a place in the adopted location; a second load changes nothing."""
    _write(existing, RESOURCES)
    assert counts(existing.load()) == (3, 0, 0, 0)
    made = existing.core.admin().schemas.get("risk.credit_gold")
    assert (made.catalog_name, made.storage_root) == ("risk", f"{URL}/risk/gold")
    assert counts(existing.load()) == (0, 0, 3, 0)


def test_others_keep_their_grants(existing: Stacks) -> None:
    """The owner's grants stay beside the one that is added, and when that one goes."""
    core = existing.core
    core.call("POST", f"{core.url('prod')}/api/2.0/preview/scim/v2/Groups", json={"displayName": "theirs"})
    path = f"{core.url('prod')}/api/2.1/unity-catalog/permissions/catalog/risk"
    core.call("PATCH", path, json={"changes": [{"principal": "theirs", "add": ["USE_CATALOG"]}]})
    _write(existing, RESOURCES)
    existing.load()

    def holders() -> list[str]:
        found = core.call("GET", path).json().get("privilege_assignments", [])
        return sorted(each["principal"] for each in found)

    assert holders() == ["analysts", "theirs"]
    _write(existing, {})
    existing.load()
    assert holders() == ["theirs"]


def test_destroying_the_stack_leaves_what_is_adopted(existing: Stacks) -> None:
    """The schema goes; the catalog, the location and its credential stay as they were."""
    _write(existing, RESOURCES)
    existing.load()
    before = (existing.core.admin().catalogs.get("risk"), existing.core.admin().external_locations.get("risk-gold"))
    _write(existing, {})
    assert counts(existing.load()) == (0, 0, 0, 3)
    admin = existing.core.admin()
    assert (admin.catalogs.get("risk"), admin.external_locations.get("risk-gold")) == before
    assert [schema.name for schema in admin.schemas.list("risk")] == ["default"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("catalogs/risk", {"isolation_mode": "OPEN"}),
            "data.databricks_catalog.catalog: The adopted catalog has isolation_mode OPEN",
        ),
        (
            ("external-locations/risk-gold", {"url": "abfss://gold@elsewhere.dfs.core.windows.net"}),
            "data.databricks_external_location.gold: The adopted location lies at "
            "abfss://gold@elsewhere.dfs.core.windows.net.",
        ),
        (("external-locations/risk-gold", {"read_only": True}), "It is read-only."),
    ],
)
def test_what_is_not_fit_is_refused(existing: Stacks, change: tuple[str, dict[str, Any]], said: str) -> None:
    """The load ends with the condition's own words, before anything is made."""
    path, body = change
    existing.core.call("PATCH", f"{existing.core.url('prod')}/api/2.1/unity-catalog/{path}", json=body)
    _write(existing, RESOURCES)
    with pytest.raises(LoadError, match=said.replace(".", r"\.")):
        existing.load()
    assert [schema.name for schema in existing.core.admin().schemas.list("risk")] == ["default"]


def test_what_does_not_exist_is_refused(stacks: Stacks) -> None:
    """As Terraform does: a data source needs what it reads."""
    _write(stacks, RESOURCES)
    with pytest.raises(LoadError, match=r"data\.databricks_catalog\.catalog: .*answered 404"):
        stacks.load()


def test_a_condition_on_a_resource_holds_after_it_is_made(stacks: Stacks) -> None:
    """Terraform checks postconditions of resources too."""
    broken = {"postcondition": [{"condition": '${self.name == "b"}', "error_message": "It is ${self.name}."}]}
    stacks.write("prod-workspace", {"databricks_catalog.a": {"name": "a", "lifecycle": broken}})
    with pytest.raises(LoadError, match=r"databricks_catalog\.a: It is a\."):
        stacks.load()
