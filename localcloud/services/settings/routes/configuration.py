"""The configuration of a workspace: `/api/2.0/workspace-conf`. Admin only. Only keys about tokens have an effect."""

from fastapi import APIRouter, Depends

from localcloud.kernel import query
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.settings import configuration

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/workspaceconf")

router = APIRouter(prefix="/api/2.0/workspace-conf", dependencies=[Depends(query.require_known)])


@router.get("")
def get_status(keys: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The values of `keys` (comma-separated); null for keys that were never set."""
    caller.require_workspace_admin("read the workspace's configuration")
    asked = [each.strip() for each in keys.split(",") if each.strip()]
    configuration.require_keys(asked)
    held = configuration.of(cloud, caller.require_workspace().name)
    return {key: held.get(key) for key in asked}


@router.patch("", status_code=204)
def set_status(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> None:
    """Set the given keys; the others stay."""
    caller.require_workspace_admin("change the workspace's configuration")
    workspace, values = caller.require_workspace().name, configuration.checked(body)
    with cloud.store.transaction():
        cloud.store.put(configuration.KIND, workspace, {**configuration.of(cloud, workspace), **values})
