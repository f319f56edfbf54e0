"""Metastores of the account: `/api/2.0/accounts/{id}/metastores`, and their assignment to workspaces."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import metastores
from localcloud.services.unity.routes import metastore as workspace_level

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/account/accountmetastores")

router = APIRouter(prefix="/api/2.0/accounts/{account_id}")
_ASSIGNMENT = "/workspaces/{workspace_id}/metastores/{metastore_id}"


@router.post("/metastores")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create the region's metastore, which the caller then owns. 400 if the region has one. Admin only."""
    caller.require_admin("create metastores")
    info = required(body, "metastore_info")
    fields = {**info, "owner": info.get("owner") or caller.principal}
    return {"metastore_info": metastores.declare(cloud, fields)}


@router.get("/metastores")
def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
    """The metastore, if it exists. Admin only."""
    caller.require_admin("list metastores")
    found = metastores.find(cloud)
    return {"metastores": [found] if found else []}


@router.get("/metastores/{metastore_id}")
def get(metastore_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One metastore. Admin only."""
    return {"metastore_info": workspace_level.get_metastore(metastore_id, cloud, caller)}


@router.put("/metastores/{metastore_id}")
def update(metastore_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner or settings. Admin only."""
    info = required(body, "metastore_info")
    return {"metastore_info": workspace_level.update_metastore(metastore_id, info, cloud, caller)}


@router.post(_ASSIGNMENT)
@router.put(_ASSIGNMENT)
def assign(workspace_id: int, metastore_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Assign the metastore to a workspace. No change if it is assigned already. Admin only."""
    workspace_level.get_metastore(metastore_id, cloud, caller)
    return {"metastore_assignment": metastores.assign(cloud, workspace_id)}


@router.get("/workspaces/{workspace_id}/metastore")
def assignment(workspace_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """The metastore of a workspace. Admin only."""
    caller.require_admin("read metastore assignments")
    return {"metastore_assignment": metastores.require_assignment(cloud, workspace_id)}


@router.delete(_ASSIGNMENT)
def unassign(workspace_id: int, metastore_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove the metastore from a workspace. Admin only."""
    workspace_level.get_metastore(metastore_id, cloud, caller)
    metastores.unassign(cloud, workspace_id)
    return {}
