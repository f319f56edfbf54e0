"""Metastore routes of a workspace: summary, settings, system schemas."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed
from localcloud.kernel.cloud import METASTORE_ID, Cloud, CloudDep
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import changes, metastores, ownership, records
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/metastores")

router = APIRouter()
_FIXED = frozenset({"metastore_id", "full_name", "id", "region"})
_SYSTEM_SCHEMAS = ("access", "billing", "compute", "lakeflow", "lineage", "marketplace", "query", "serving", "storage")
_SYSTEM = "/metastores/{metastore_id}/systemschemas"


@router.get("/current-metastore-assignment")
def current_assignment(cloud: CloudDep, caller: CallerDep) -> Document:
    """The metastore of the calling workspace."""
    return metastores.require_assignment(cloud, caller.require_workspace().workspace_id)


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
    changes.refuse_another_name(current["name"], body)
    new = changed(current, ownership.checked_changes(cloud, body), frozenset(body) - _FIXED)
    return records.update(cloud.store, Kind.METASTORE, new, caller.principal)


@router.put("/workspaces/{workspace_id}/metastore")
@router.patch("/workspaces/{workspace_id}/metastore")
def assign(workspace_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Assign the metastore to a workspace. No change if it is assigned already. Admin only."""
    caller.require_admin("assign metastores")
    return metastores.assign(cloud, workspace_id)


@router.delete("/workspaces/{workspace_id}/metastore")
def unassign(workspace_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove the metastore from a workspace. Admin only."""
    caller.require_admin("assign metastores")
    metastores.unassign(cloud, workspace_id)
    return {}


@router.get(_SYSTEM)
def list_system_schemas(metastore_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Every system schema with its state. Admin only."""
    caller.require_admin("list system schemas")
    _require_id(metastore_id)
    return {"schemas": [{"schema": name, "state": _state(cloud, name)} for name in _SYSTEM_SCHEMAS]}


@router.put(f"{_SYSTEM}/{{name}}")
def enable_system_schema(metastore_id: str, name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Enable a system schema. Account and metastore admins only; workspace admins may not."""
    caller.require_admin("enable system schemas")
    _require_id(metastore_id)
    if name not in _SYSTEM_SCHEMAS:
        raise bad_request(f"System schema '{name}' does not exist; there are {', '.join(_SYSTEM_SCHEMAS)}.")
    cloud.store.put("system_schema", name, {"schema": name})
    return {}


@router.delete(f"{_SYSTEM}/{{name}}")
def disable_system_schema(metastore_id: str, name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Disable a system schema. Admin only."""
    caller.require_admin("disable system schemas")
    _require_id(metastore_id)
    cloud.store.delete("system_schema", name)
    return {}


def _state(cloud: Cloud, name: str) -> str:
    return "ENABLE_COMPLETED" if cloud.store.get("system_schema", name) else "AVAILABLE"


def _require_id(metastore_id: str) -> None:
    if metastore_id != METASTORE_ID:
        raise not_found(f"Metastore '{metastore_id}' does not exist; the local one is '{METASTORE_ID}'.")
