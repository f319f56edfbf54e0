"""SQL warehouses: `/api/2.0/sql/warehouses`. They are always RUNNING, and share one Spark server."""

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/warehouses")

router = APIRouter(prefix="/api/2.0")
_TYPE = "sql/warehouses"
_FIXED = frozenset({"id", "workspace", "state", "creator_name"})


@router.post("/sql/warehouses")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a warehouse. Admin only. Returns its `id`."""
    caller.require_workspace_admin("create SQL warehouses")
    workspace = caller.require_workspace().name
    required(body, "name")
    identifier = f"{cloud.store.next_id('warehouse'):016x}"
    fixed = {"id": identifier, "workspace": workspace, "creator_name": caller.principal}
    cloud.store.put("warehouse", identifier, changed(fixed, body, frozenset(body) - _FIXED))
    acl.create(cloud, caller, _TYPE, identifier)
    return {"id": identifier}


@router.get("/sql/warehouses")
def list_warehouses(cloud: CloudDep, caller: CallerDep) -> Document:
    """The warehouses of this workspace that the caller may see."""
    workspace = caller.require_workspace().name
    own = [w for w in cloud.store.all("warehouse") if w["workspace"] == workspace]
    return {"warehouses": [_shown(w) for w in own if acl.allows(cloud, caller, _TYPE, w["id"], "CAN_VIEW")]}


@router.get("/sql/warehouses/{identifier}")
def get(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One warehouse."""
    return _shown(require(cloud, caller, identifier, "CAN_VIEW"))


@router.post("/sql/warehouses/{identifier}/edit")
def edit(identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change a warehouse."""
    current = require(cloud, caller, identifier, "CAN_MANAGE")
    cloud.store.put("warehouse", identifier, changed(current, body, frozenset(body) - _FIXED))
    return {}


@router.post("/sql/warehouses/{identifier}/start")
@router.post("/sql/warehouses/{identifier}/stop")
def start_or_stop(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Start or stop a warehouse. Accepted; the state stays RUNNING."""
    require(cloud, caller, identifier, "CAN_USE")
    return {}


@router.delete("/sql/warehouses/{identifier}")
def delete(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a warehouse."""
    require(cloud, caller, identifier, "CAN_MANAGE")
    cloud.store.delete("warehouse", identifier)
    acl.delete(cloud, _TYPE, identifier)
    return {}


@router.get("/preview/sql/data_sources")
def data_sources(cloud: CloudDep, caller: CallerDep) -> list[Document]:
    """Each warehouse's data source, which the Terraform provider waits for."""
    warehouses = list_warehouses(cloud, caller)["warehouses"]
    return [{"id": f"ds-{w['id']}", "name": w["name"], "warehouse_id": w["id"]} for w in warehouses]


def require(cloud: Cloud, caller: Caller, identifier: str, level: str) -> Document:
    """The warehouse, if it is of the caller's workspace and the caller has `level`. Raises `ApiError` 404 or 403."""
    found = cloud.store.get("warehouse", identifier)
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise not_found(f"SQL warehouse {identifier} does not exist.")
    acl.require(cloud, caller, _TYPE, identifier, level)
    return found


def _shown(warehouse: Document) -> Document:
    odbc = {"hostname": "127.0.0.1", "path": f"/sql/1.0/warehouses/{warehouse['id']}", "protocol": "http", "port": 0}
    return {**warehouse, "state": "RUNNING", "num_clusters": 1, "odbc_params": odbc}
