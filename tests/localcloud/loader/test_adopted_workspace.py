"""docs/examples/adopted, loaded: its workspace was there before, is read as its owner described it, and must be fit."""

from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service.catalog import AzureManagedIdentityRequest, CatalogIsolationMode, IsolationMode

from infra.main import synth
from infra.wheel import ROOT
from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.loader import LoadError, LoadReport
from tests.localcloud.core import Core

EXAMPLE = ROOT / "docs" / "examples" / "adopted"
HOST = "https://adb-1000000000000003.3.azuredatabricks.net"
GROUPS = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups"
URL = "abfss://{0}@risklake.dfs.core.windows.net/"
INSIDE = {
    "no_public_ip": True,
    "virtual_network_id": f"{GROUPS}/networks/providers/Microsoft.Network/virtualNetworks/risk",
    "public_subnet_name": "databricks-host",
    "private_subnet_name": "databricks-container",
}
FIT: dict[str, Any] = {
    "location": "westeurope",
    "workspace_id": "1000000000000003",
    "workspace_url": HOST.removeprefix("https://"),
    "sku": "premium",
    "custom_parameters": [INSIDE],
}


@pytest.fixture(scope="module")
def out_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's stacks."""
    folder = tmp_path_factory.mktemp("adopted")
    synth(folder, EXAMPLE)
    return folder


def _load(core: Core, out_dir: Path, *stacks: str) -> LoadReport:
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )
    return loader.load(endpoint, out_dir, stacks)


def _exists(core: Core, azure: dict[str, Any]) -> None:
    """Its owner's workspace, and what lies in it: the catalog and two locations."""
    body = {"name": "prod", "host": HOST, "azure": azure, "private_root_storage": "riskroot"}
    assert core.call("POST", f"{core.account_url}/local/workspaces", json=body).is_success
    admin = core.admin()
    identity = AzureManagedIdentityRequest(access_connector_id=f"{GROUPS}/g/c")
    admin.storage_credentials.create("risk", azure_managed_identity=identity)
    for container in ("landing", "gold"):
        admin.external_locations.create(f"risk-{container}", URL.format(container), "risk")
        admin.external_locations.update(f"risk-{container}", isolation_mode=IsolationMode.ISOLATION_MODE_ISOLATED)
    admin.catalogs.create("prod", storage_root=f"{URL.format('gold')}prod")
    admin.catalogs.update("prod", isolation_mode=CatalogIsolationMode.ISOLATED)


def _give(core: Core) -> None:
    """What docs/guides/adopt.md asks of the owner, once the group is there."""
    core.grant("catalog", "prod", "prod-owners", "USE_CATALOG", "CREATE_SCHEMA", "MANAGE")
    for container in ("landing", "gold"):
        core.grant(
            "external_location", f"risk-{container}", "prod-owners", "CREATE_EXTERNAL_VOLUME", "CREATE_MANAGED_STORAGE"
        )


def test_the_whole_example_is_loaded_into_what_exists(core: Core, out_dir: Path) -> None:
    """Schemas, jobs' principals and policies come into the workspace, which keeps its number and its root storage."""
    _exists(core, FIT)
    _load(core, out_dir, "account", "prod-rights")
    _give(core)
    report = _load(core, out_dir, "prod-workspace")
    assert (report.unchecked, report.deployers) == ([], {"prod-workspace": "prod-deployer"})
    kept = core.cloud.store.require("workspace", "prod")
    assert (kept["workspace_id"], kept["private_root_storage"], kept["region"]) == (
        1000000000000003,
        "riskroot",
        "westeurope",
    )
    assert {schema.name for schema in core.admin().schemas.list("prod")} > {"credit_gold", "credit_ops", "platform_ops"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"location": "northeurope"}, "The adopted workspace lies in northeurope. Allowed: westeurope."),
        ({"workspace_id": "7"}, "The adopted workspace has workspace_id 7."),
        ({"sku": "standard"}, "The adopted workspace has sku standard."),
        (
            {"custom_parameters": [{**INSIDE, "no_public_ip": False}]},
            "The adopted workspace has custom_parameters[0].no_public_ip false.",
        ),
        (
            {"custom_parameters": [{**INSIDE, "virtual_network_id": f"{GROUPS}/other"}]},
            f"The adopted workspace stands in {GROUPS}/other.",
        ),
    ],
    ids=["region", "number", "sku", "public-addresses", "network"],
)
def test_a_workspace_that_is_not_fit_is_refused(core: Core, out_dir: Path, change: dict[str, Any], said: str) -> None:
    """In the plan's own words, before anything is made in it or in the account."""
    _exists(core, {**FIT, **change})
    with pytest.raises(LoadError) as error:
        _load(core, out_dir, "account", "prod-rights", "prod-workspace")
    assert said in str(error.value)
    assert "prod-platform" in str(error.value)
    assert core.admin().catalogs.get("prod").isolation_mode is not None
    assert [schema.name for schema in core.admin().schemas.list("prod")] == ["default"]


def test_one_of_which_nothing_was_said_is_named(core: Core, out_dir: Path) -> None:
    """Then nothing of it is checked, and the report says so: `mlops up` of such stacks works without an Azure."""
    assert _load(core, out_dir, "account").unchecked == ["prod"]
