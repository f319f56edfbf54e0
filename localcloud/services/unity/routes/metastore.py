"""The metastore and its assignment to workspaces. There is one, and every workspace has it."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed
from localcloud.kernel.cloud import METASTORE_ID, CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.store import Document
from localcloud.parity import Level, Parity
from localcloud.services.unity import ownership, records
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/metastores")

router = APIRouter()


@router.get("/current-metastore-assignment")
def current_assignment(caller: CallerDep) -> Document:
    """The metastore of the calling workspace."""
    workspace_id = caller.require_workspace().workspace_id
    return {"metastore_id": METASTORE_ID, "workspace_id": workspace_id, "default_catalog_name": ""}


@router.get("/metastore_summary")
def summary(cloud: CloudDep, _: CallerDep) -> Document:
    """The metastore, as any workspace user sees it."""
    return records.ensure_metastore(cloud)


@router.get("/metastores")
def list_metastores(cloud: CloudDep, caller: CallerDep) -> Document:
    """The one metastore. Admin only."""
    caller.require_admin("list metastores")
    return {"metastores": [records.ensure_metastore(cloud)]}


@router.get("/metastores/{metastore_id}")
def get_metastore(metastore_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The metastore by its id. Admin only."""
    caller.require_admin("read the metastore")
    _require_id(metastore_id)
    return records.ensure_metastore(cloud)


@router.patch("/metastores/{metastore_id}")
def update_metastore(metastore_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner (a principal or group: the metastore admins) or settings. Admin only."""
    caller.require_admin("change the metastore")
    _require_id(metastore_id)
    current = records.ensure_metastore(cloud)
    allowed = frozenset(body) - {"metastore_id", "full_name", "name", "id"}
    new = changed(current, ownership.checked_changes(cloud, body), allowed)
    return records.update(cloud.store, Kind.METASTORE, new, caller.principal)


@router.put("/workspaces/{workspace_id}/metastore")
@router.patch("/workspaces/{workspace_id}/metastore")
@router.delete("/workspaces/{workspace_id}/metastore")
def assign(workspace_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Accepted for every registered workspace: each has the one metastore. Admin only."""
    caller.require_admin("assign metastores")
    if workspace_id not in {workspace.workspace_id for workspace in cloud.workspaces()}:
        raise not_found(f"Workspace {workspace_id} does not exist.")
    return {}


def _require_id(metastore_id: str) -> None:
    if metastore_id != METASTORE_ID:
        raise not_found(f"Metastore '{metastore_id}' does not exist; the local one is '{METASTORE_ID}'.")
