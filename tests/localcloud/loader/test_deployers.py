"""Each stack is loaded as whoever deploys it, with no right that nobody gave them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from databricks.sdk.errors import PermissionDenied

from localcloud import loader
from localcloud.app import serve
from localcloud.endpoint import Endpoint
from localcloud.kernel import identity
from localcloud.kernel.cloud import METASTORE_ID, Cloud
from localcloud.kernel.store import Store
from localcloud.loader import LoadError, LoadReport
from tests.localcloud import core as cores
from tests.localcloud.core import Core
from tests.localcloud.loader.stacks import ACCOUNT, Stacks, write_stack

ENVIRONMENTS = ("dev", "prod", "staging")
_PERSON = {"databricks_group.g": {"display_name": "engineers"}}
_METASTORE = {"databricks_metastore.m": {"name": "ours", "region": "westeurope", "owner": "admin@localcloud"}}


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A cloud with the account, rights and workspace stacks; `early`: what loading prod before its rights said."""

    core: Core
    early: LoadError
    report: LoadReport


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, stacks_dir: Path) -> Iterator[Shipped]:
    """The shipped stacks, loaded as their own pipelines."""
    core = _empty(tmp_path_factory.mktemp("shipped"))
    endpoint = _endpoint(core)
    loader.load(endpoint, stacks_dir, ["account"])
    with pytest.raises(LoadError) as early:
        loader.load(endpoint, stacks_dir, ["prod-workspace"])
    names = [f"{env}-{part}" for env in ENVIRONMENTS for part in ("rights", "workspace")]
    yield Shipped(core=core, early=early.value, report=loader.load(endpoint, stacks_dir, names))
    cores.stop(core)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Core]:
    """A cloud without a workspace, and so without a metastore."""
    core = _empty(tmp_path)
    yield core
    cores.stop(core)


def _empty(folder: Path) -> Core:
    cloud = Cloud(home=folder / "home", store=_store(folder / "home"))
    return Core(cloud=cloud, listeners=serve(cloud), admin_token=identity.ensure_admin(cloud))


def _store(home: Path) -> Store:
    home.mkdir()
    return Store(home / "state.db")


def _endpoint(core: Core) -> Endpoint:
    return Endpoint(account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0)


def test_without_rights_in_the_metastore_a_pipeline_deploys_nothing(shipped: Shipped) -> None:
    """The shipped stacks, as their own pipelines: refused before `<env>-rights` is there, and complete after."""
    assert "does not have CREATE STORAGE CREDENTIAL on Metastore" in str(shipped.early)
    assert shipped.report.deployers == {f"{env}-workspace": f"{env}-deployer" for env in ENVIRONMENTS}
    store = shipped.core.cloud.store
    found = store.require("storage_credential", "prod-lake")
    deployer = next(p for p in store.all("service_principal") if p["displayName"] == "prod-deployer")
    assert (found["created_by"], found["owner"]) == (deployer["applicationId"], "prod-owners")


def test_a_pipeline_has_no_say_in_another_environment(shipped: Shipped) -> None:
    """Prod's pipeline is no admin of dev's workspace, and changes nothing in dev's catalog from its own."""
    in_dev, in_prod = (shipped.core.sdk("prod-deployer", env) for env in ("dev", "prod"))
    with pytest.raises(PermissionDenied, match="Only a workspace admin may create cluster policies"):
        in_dev.cluster_policies.create(name="mine", definition="{}")
    with pytest.raises(PermissionDenied):
        in_prod.schemas.create("mine", "dev")
    assert in_prod.cluster_policies.create(name="mine", definition="{}").policy_id


def test_a_pipeline_gives_a_job_only_the_principals_that_it_was_given(shipped: Shipped) -> None:
    """Admin of the workspace or not: without the role `servicePrincipal.user`, `run_as` is refused."""
    core = shipped.core
    ids = {p["displayName"]: p["applicationId"] for p in core.cloud.store.all("service_principal")}
    token = core.token("prod-deployer", "prod")

    def created_as(principal: str) -> int:
        body = {"name": principal, "tasks": [], "run_as": {"service_principal_name": ids[principal]}}
        return core.call("POST", f"{core.url('prod')}/api/2.2/jobs/create", token, json=body).status_code

    assert (created_as("prod-credit-scoring"), created_as("dev-credit-scoring")) == (200, 403)


def test_a_region_has_one_metastore(stacks: Stacks) -> None:
    """It came with the first workspace, so a document that makes another is refused, and one that imports it is not."""
    stacks.write("account", _METASTORE, host=ACCOUNT)
    with pytest.raises(LoadError, match=rf"limit for metastores in region westeurope.*{METASTORE_ID}.*import it"):
        stacks.load()
    path = stacks.write("account", _METASTORE, host=ACCOUNT)
    text = path.read_text()
    imported = f'{{"import": [{{"to": "databricks_metastore.m", "id": "{METASTORE_ID}"}}], ' + text[1:]
    path.write_text(imported)
    stacks.core.cloud.store.delete("stack_resource", "account/databricks_metastore.m")
    stacks.load()
    found = stacks.core.cloud.store.require("metastore", "metastore")
    assert (found["metastore_id"], found["name"], found["created_by"]) == (METASTORE_ID, "ours", "admin@localcloud")


def test_a_new_metastore_comes_before_the_first_workspace(empty: Core, tmp_path: Path) -> None:
    """The stack `metastore` is loaded before workspaces are there; those then have it only by assignment."""
    folder = tmp_path / "cdktf.out"
    folder.mkdir()
    write_stack(folder, "metastore", _METASTORE, host=ACCOUNT)
    write_stack(folder, "account", _PERSON, host=ACCOUNT)
    write_stack(folder, "prod-workspace", {}, host="https://adb-3.3.azuredatabricks.net")
    loader.load(_endpoint(empty), folder)
    assert empty.cloud.store.require("metastore", "metastore")["name"] == "ours"
    url = f"{empty.url('prod')}/api/2.1/unity-catalog/current-metastore-assignment"
    assert empty.call("GET", url).json()["error_code"] == "METASTORE_DOES_NOT_EXIST"
    assigned = {"databricks_metastore_assignment.p": {"workspace_id": 3, "metastore_id": METASTORE_ID}}
    write_stack(folder, "account", _PERSON | assigned, host=ACCOUNT)
    loader.load(_endpoint(empty), folder)
    assert empty.call("GET", url).json()["metastore_id"] == METASTORE_ID


def test_who_may_use_a_workspace_is_said_after_its_metastore(empty: Core, tmp_path: Path) -> None:
    """Without a metastore a workspace knows no principal of the account, so an assignment that comes first fails."""
    folder = tmp_path / "cdktf.out"
    folder.mkdir()
    write_stack(folder, "metastore", _METASTORE, host=ACCOUNT)
    write_stack(folder, "prod-workspace", {}, host="https://adb-3.3.azuredatabricks.net")
    may = {"workspace_id": 3, "principal_id": "${databricks_group.g.id}", "permissions": ["USER"]}
    early = _PERSON | {"databricks_mws_permission_assignment.a": may}
    write_stack(folder, "account", early, host=ACCOUNT)
    with pytest.raises(LoadError, match=r"workspace 3: it has no metastore.* Assign the metastore first"):
        loader.load(_endpoint(empty), folder)
    has = {"databricks_metastore_assignment.p": {"workspace_id": 3, "metastore_id": METASTORE_ID}}
    late = {**may, "depends_on": ["databricks_metastore_assignment.p"]}
    write_stack(folder, "account", _PERSON | has | {"databricks_mws_permission_assignment.a": late}, host=ACCOUNT)
    assert loader.load(_endpoint(empty), folder).created == 2


def test_system_schemas_are_not_the_workspace_admins(shipped: Shipped) -> None:
    """A pipeline administers its workspace and still cannot turn one on; `prod-rights` turns on what prod names."""
    core = shipped.core
    url = f"{core.url('prod')}/api/2.1/unity-catalog/metastores/{METASTORE_ID}/systemschemas/access"
    assert core.call("PUT", url, core.token("prod-deployer", "prod"), json={}).status_code == 403
    assert {d["schema"] for d in core.cloud.store.all("system_schema")} == {
        "access",
        "compute",
        "lakeflow",
        "query",
        "serving",
    }
