"""IP access lists of a workspace: `/api/2.0/ip-access-lists`. Admin only. Stored; no request is blocked by them."""

import uuid

from fastapi import APIRouter, Depends

from localcloud.kernel.body import JsonBody, only
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.query import require_known
from localcloud.kernel.store import Document
from localcloud.services.settings.ip_access_lists import KIND, require_usable

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/ipaccesslists")

router = APIRouter(prefix="/api/2.0/ip-access-lists", dependencies=[Depends(require_known)])
_SAID = ("label", "list_type", "ip_addresses", "enabled")
_ONE = "/{list_id}"


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a list, enabled."""
    said = {"ip_addresses": [], **only(body, *_SAID[:3])}
    require_usable(said, _own(cloud, caller))
    made = {"list_id": str(uuid.uuid4()), "workspace": caller.require_workspace().name, "created_at": now_ms()}
    return _keep(cloud, {**said, **made, "enabled": True})


@router.get("")
def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
    """The lists of this workspace."""
    return {"ip_access_lists": [_shown(each) for each in _own(cloud, caller)]}


@router.get(_ONE)
def get(list_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One list."""
    return {"ip_access_list": _shown(_require(cloud, caller, list_id))}


@router.put(_ONE)
def replace(list_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a list."""
    return _change(cloud, caller, list_id, {"ip_addresses": [], "enabled": True, **only(body, *_SAID, "list_id")})


@router.patch(_ONE)
def update(list_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the given fields of a list."""
    return _change(cloud, caller, list_id, {**_require(cloud, caller, list_id), **only(body, *_SAID, "list_id")})


@router.delete(_ONE)
def delete(list_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a list."""
    cloud.store.delete(KIND, _require(cloud, caller, list_id)["list_id"])
    return {}


def _change(cloud: Cloud, caller: Caller, list_id: str, said: Document) -> Document:
    held = _require(cloud, caller, list_id)
    require_usable(said, [each for each in _own(cloud, caller) if each["list_id"] != list_id])
    return _keep(cloud, {**held, **{name: said[name] for name in _SAID if name in said}})


def _own(cloud: Cloud, caller: Caller) -> list[Document]:
    caller.require_workspace_admin("see and change IP access lists")
    workspace = caller.require_workspace().name
    return [each for each in cloud.store.all(KIND) if each["workspace"] == workspace]


def _require(cloud: Cloud, caller: Caller, list_id: str) -> Document:
    found = next((each for each in _own(cloud, caller) if each["list_id"] == list_id), None)
    if found is None:
        raise not_found(f"IP access list {list_id} does not exist.")
    return found


def _keep(cloud: Cloud, document: Document) -> Document:
    cloud.store.put(KIND, document["list_id"], {**document, "updated_at": now_ms()})
    return {"ip_access_list": _shown(cloud.store.require(KIND, document["list_id"]))}


def _shown(held: Document) -> Document:
    shown = {name: value for name, value in held.items() if name != "workspace"}
    return shown | {"address_count": len(held["ip_addresses"])}
