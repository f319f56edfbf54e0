"""Permission assignments: which principals may use which workspace. Only ADMIN has an effect; USER is stored."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import metastores

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/account/workspaceassignment")

router = APIRouter()
_ACCOUNT = "/api/2.0/accounts/{account_id}/workspaces/{workspace_id}/permissionassignments"
_WORKSPACE = "/api/2.0/preview/permissionassignments"
_LEVELS = ("USER", "ADMIN")


@router.get(_ACCOUNT)
def list_assignments(workspace_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """All assignments of a workspace. Admin only."""
    caller.require_admin("list permission assignments")
    found = [d for d in cloud.store.all("assignment") if d["workspace_id"] == workspace_id]
    return {"permission_assignments": [_shown(cloud, d) for d in found]}


@router.put(f"{_ACCOUNT}/principals/{{principal_id}}")
def assign(workspace_id: int, principal_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Assign USER or ADMIN on a workspace to a principal. The workspace must have a metastore. Admin only."""
    caller.require_admin("assign principals to workspaces")
    _require_principal(cloud, principal_id)
    metastores.require_identities(cloud, workspace_id)
    permissions = body.get("permissions", [])
    if not set(permissions) <= set(_LEVELS):
        raise bad_request(f"permissions {permissions} are not among {', '.join(_LEVELS)}.")
    document = {"workspace_id": workspace_id, "principal_id": principal_id, "permissions": permissions}
    cloud.store.put("assignment", f"{workspace_id}/{principal_id}", document)
    return _shown(cloud, document)


@router.delete(f"{_ACCOUNT}/principals/{{principal_id}}")
def unassign(workspace_id: int, principal_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove a principal's assignment. Admin only."""
    caller.require_admin("assign principals to workspaces")
    cloud.store.delete("assignment", f"{workspace_id}/{principal_id}")
    return {}


@router.get(_WORKSPACE)
def list_own(cloud: CloudDep, caller: CallerDep) -> Document:
    """All assignments of the calling workspace. Admin only."""
    return list_assignments(caller.require_workspace().workspace_id, cloud, caller)


@router.put(f"{_WORKSPACE}/principals/{{principal_id}}")
def assign_own(principal_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Like `assign`, for the calling workspace."""
    return assign(caller.require_workspace().workspace_id, principal_id, body, cloud, caller)


@router.delete(f"{_WORKSPACE}/principals/{{principal_id}}")
def unassign_own(principal_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Like `unassign`, for the calling workspace."""
    return unassign(caller.require_workspace().workspace_id, principal_id, cloud, caller)


def _require_principal(cloud: Cloud, principal_id: str) -> Document:
    for kind in ("user", "service_principal", "group"):
        found = cloud.store.get(kind, principal_id)
        if found is not None:
            return found
    raise not_found(f"Principal with id {principal_id} not found.")


def _shown(cloud: Cloud, document: Document) -> Document:
    principal = _require_principal(cloud, document["principal_id"])
    names = {
        "principal_id": int(document["principal_id"]),
        "display_name": principal.get("displayName", ""),
        **({"user_name": principal["userName"]} if "userName" in principal else {}),
        **({"service_principal_name": principal["applicationId"]} if "applicationId" in principal else {}),
    }
    return {"principal": names, "permissions": document["permissions"]}
