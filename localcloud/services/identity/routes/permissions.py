"""Permissions on workspace objects: `/api/2.0/permissions/{type}/{id}`."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/permissions")

router = APIRouter(prefix="/api/2.0/permissions")
# Where an object of a type is looked up, so that nothing is permitted on what does not exist.
_KINDS = {
    "jobs": "job",
    "pipelines": "pipeline",
    "cluster-policies": "cluster_policy",
    "clusters": "cluster",
    "instance-pools": "instance_pool",
    "sql/warehouses": "warehouse",
    "experiments": "experiment",
    "serving-endpoints": "serving_endpoint",
    "database-instances": "online_store",
}
# Two words for one thing: the provider's and the SDK's.
_ALIASES = {"warehouses": "sql/warehouses"}
# Named within their workspace: two workspaces may have one each of the same name.
_OF_A_WORKSPACE = ("database-instances", "authorization")

# What lies in workspace folders.
_PLACED = frozenset({"directories", "notebooks", "files", "repos", "dashboards", "queries", "alerts", "alertsv2"})


@dataclass(frozen=True)
class Target:
    """The object that a request names. It exists, and the caller may manage it."""

    object_type: str
    object_id: str
    # As the request names it, without the workspace.
    given_id: str

    def shown(self, cloud: Cloud) -> Document:
        """Its permissions by principal."""
        found = acl.shown(cloud, self.object_type, self.object_id)
        return {**found, "object_id": f"/{self.object_type}/{self.given_id}"}


def _target(object_type: str, object_id: str, cloud: CloudDep, caller: CallerDep, area: str | None = None) -> Target:
    kind, given_id = f"{area}/{object_type}" if area else _ALIASES.get(object_type, object_type), object_id
    acl.levels(kind)
    if kind in _OF_A_WORKSPACE:
        object_id = f"{caller.require_workspace().name}/{object_id}"
    found = (
        cloud.store.get(_KINDS[kind], object_id) if kind in _KINDS else cloud.store.get("place", f"{kind}/{object_id}")
    )
    found = found or (None if kind in _KINDS or kind in _PLACED else {})
    if found is None or (caller.workspace and found.get("workspace", caller.workspace.name) != caller.workspace.name):
        label = _KINDS.get(kind, kind).replace("_", " ").capitalize()
        raise not_found(f"{label} '{object_id}' does not exist.")
    acl.require_management(cloud, caller, kind, object_id)
    return Target(kind, object_id, given_id)


TargetDep = Annotated[Target, Depends(_target)]
_ONE, _TWO = "/{object_type}/{object_id}", "/{area}/{object_type}/{object_id}"


@router.get(f"{_ONE}/permissionLevels")
@router.get(f"{_TWO}/permissionLevels")
def get_levels(target: TargetDep) -> Document:
    """The permission levels of the object, weakest first. Needs CAN_MANAGE."""
    levels = acl.levels(target.object_type)
    found = [{"permission_level": level, "description": _description(levels, level)} for level in levels]
    return {"permission_levels": found}


@router.get(_ONE)
@router.get(_TWO)
def get(target: TargetDep, cloud: CloudDep) -> Document:
    """The permissions on the object, by principal. Needs CAN_MANAGE."""
    return target.shown(cloud)


@router.put(_ONE)
@router.put(_TWO)
def put(target: TargetDep, body: JsonBody, cloud: CloudDep) -> Document:
    """Replace all direct permissions of the object."""
    entries = body.get("access_control_list", [])
    acl.write(cloud, target.object_type, target.object_id, entries, replace=True)
    return target.shown(cloud)


@router.patch(_ONE)
@router.patch(_TWO)
def patch(target: TargetDep, body: JsonBody, cloud: CloudDep) -> Document:
    """Add to the direct permissions of the object."""
    entries = body.get("access_control_list", [])
    acl.write(cloud, target.object_type, target.object_id, entries, replace=False)
    return target.shown(cloud)


def _description(levels: tuple[str, ...], level: str) -> str:
    weaker = levels[: levels.index(level)]
    return f"{level}, which includes {', '.join(weaker)}" if weaker else f"{level}, the weakest level"
