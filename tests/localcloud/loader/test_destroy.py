"""A stack is destroyed to its end only if what lies in an isolated securable depends on the binding."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.loader import LoadError, LoadReport
from tests.localcloud.core import Core
from tests.localcloud.loader.stacks import Stacks, counts

_CATALOG = {"name": "lake", "isolation_mode": "ISOLATED"}
_SCHEMA = {"name": "gold", "catalog_name": "${databricks_catalog.lake.name}"}
_CREDENTIAL = {"name": "c", "azure_managed_identity": {"access_connector_id": "/subscriptions/s/accessConnectors/c"}}
_LOCATION = {
    "name": "landing",
    "url": "abfss://landing@lake.dfs.core.windows.net/",
    "credential_name": "${databricks_storage_credential.c.name}",
    "isolation_mode": "ISOLATION_MODE_ISOLATED",
}


def _bound(stacks: Stacks, **securable: Any) -> dict[str, Any]:
    here = stacks.core.cloud.workspace("prod").workspace_id
    return {"workspace_id": here, "binding_type": "BINDING_TYPE_READ_WRITE", **securable}


def _lake(stacks: Stacks, **schema: Any) -> dict[str, Any]:
    return {
        "databricks_catalog.lake": _CATALOG,
        "databricks_workspace_binding.own": _bound(
            stacks, securable_name="${databricks_catalog.lake.name}", securable_type="catalog"
        ),
        "databricks_schema.gold": {**_SCHEMA, **schema},
    }


def test_what_depends_on_the_binding_goes_before_it(stacks: Stacks) -> None:
    """Then the catalog, which is bound again for that, as the provider does."""
    stacks.write("prod-workspace", _lake(stacks, depends_on=["databricks_workspace_binding.own"]))
    stacks.load()
    stacks.write("prod-workspace", {})
    assert counts(stacks.load()) == (0, 0, 0, 3)
    assert [catalog.name for catalog in stacks.core.admin().catalogs.list()] == []


def test_what_does_not_is_out_of_reach_when_its_turn_comes(stacks: Stacks) -> None:
    """Terraform may destroy the binding first, so here it always does: the destroy stops half-way."""
    stacks.write("prod-workspace", _lake(stacks))
    stacks.load()
    stacks.write("prod-workspace", {})
    with pytest.raises(LoadError, match=r"databricks_schema\.gold.*Catalog 'lake' is not accessible in current work"):
        stacks.load()


def test_an_isolated_location_needs_no_binding_of_its_own(stacks: Stacks) -> None:
    """Isolating binds the workspace that does it, and nothing is destroyed before the location."""
    stacks.write(
        "prod-workspace",
        {"databricks_storage_credential.c": _CREDENTIAL, "databricks_external_location.landing": _LOCATION},
    )
    stacks.load()
    assert stacks.core.admin().external_locations.get("landing").name == "landing"
    with pytest.raises(Exception, match="External Location 'landing' is not accessible in current workspace"):
        stacks.core.admin("dev").external_locations.get("landing")
    stacks.write("prod-workspace", {})
    assert counts(stacks.load()) == (0, 0, 0, 2)


def test_a_location_whose_binding_is_declared_cannot_be_destroyed(stacks: Stacks) -> None:
    """The binding refers to it, so goes first; the provider of the stacks binds no location again."""
    name = "${databricks_external_location.landing.name}"
    binding = _bound(stacks, securable_name=name, securable_type="external_location")
    stacks.write(
        "prod-workspace",
        {
            "databricks_storage_credential.c": _CREDENTIAL,
            "databricks_external_location.landing": _LOCATION,
            "databricks_workspace_binding.own": binding,
        },
    )
    stacks.load()
    stacks.write("prod-workspace", {})
    with pytest.raises(LoadError, match="External Location 'landing' is not accessible in current workspace"):
        stacks.load()


@pytest.fixture
def shipped(core: Core, stacks_dir: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], LoadReport]:
    """Loads the account and dev's workspace as shipped, changed by a function, then destroys the latter."""
    folder = tmp_path / "out"
    shutil.copytree(stacks_dir, folder)
    file = folder / "stacks" / "dev-workspace" / "cdk.tf.json"
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )

    def run(change: Callable[[dict[str, Any]], None]) -> LoadReport:
        document = json.loads(file.read_text())
        change(document)
        file.write_text(json.dumps(document))
        loader.load(endpoint, folder, ["account", "dev-rights", "dev-workspace"])
        file.write_text(json.dumps({"provider": document["provider"]}))
        return loader.load(endpoint, folder, ["dev-workspace"])

    return run


def test_the_shipped_workspace_is_destroyed_to_its_end(
    core: Core, shipped: Callable[[Callable[[dict[str, Any]], None]], LoadReport]
) -> None:
    """Nothing of it is left."""
    report = shipped(lambda _: None)
    assert report.deleted > 40
    assert [catalog.name for catalog in core.admin("dev").catalogs.list()] == []
    assert list(core.admin("dev").external_locations.list()) == []


def test_the_shipped_workspace_without_those_dependencies_is_not(
    shipped: Callable[[Callable[[dict[str, Any]], None]], LoadReport],
) -> None:
    """As it was: no schema and no grant depended on the binding."""

    def change(document: dict[str, Any]) -> None:
        for type_ in ("databricks_schema", "databricks_grants"):
            for arguments in document["resource"][type_].values():
                arguments.pop("depends_on", None)

    with pytest.raises(LoadError, match="Catalog 'dev' is not accessible in current workspace"):
        shipped(change)
