"""Workspace bindings of a catalog, location or credential: `/bindings` and the older `/workspace-bindings`."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, bindings, records
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/workspacebindings")

router = APIRouter()


@router.get("/bindings/{securable_type}/{name}")
def get_bindings(securable_type: str, name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """All bindings of an object: `{"bindings": [{"workspace_id", "binding_type"}]}`."""
    kind = _kind(securable_type)
    access.authorize_metadata(cloud, caller, kind, records.canonical(kind, name))
    return {"bindings": _current(cloud, kind, name.lower())}


@router.patch("/bindings/{securable_type}/{name}")
def update_bindings(securable_type: str, name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Add and remove bindings. Owners and managers only, from any workspace."""
    kind, name = _kind(securable_type), name.lower()
    access.authorize_rebinding(cloud, caller, kind, records.canonical(kind, name))
    return {"bindings": _change(cloud, kind, name, body.get("add", []), body.get("remove", []))}


@router.get("/workspace-bindings/catalogs/{name}")
def get_workspaces(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The bound workspaces in the older form: `{"workspaces": [id]}`."""
    access.authorize_metadata(cloud, caller, Kind.CATALOG, records.canonical(Kind.CATALOG, name))
    return {"workspaces": [b["workspace_id"] for b in _current(cloud, Kind.CATALOG, name.lower())]}


@router.patch("/workspace-bindings/catalogs/{name}")
def update_workspaces(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Bind and unbind workspaces, for reading and writing, in the older form."""
    name = records.canonical(Kind.CATALOG, name)
    access.authorize_rebinding(cloud, caller, Kind.CATALOG, name)
    add, remove = (
        [{"workspace_id": number} for number in body.get(field, [])]
        for field in ("assign_workspaces", "unassign_workspaces")
    )
    changed = _change(cloud, Kind.CATALOG, name, add, remove)
    return {"workspaces": [b["workspace_id"] for b in changed]}


def _change(cloud: Cloud, kind: Kind, name: str, add: list[Document], remove: list[Document]) -> list[Document]:
    known = {workspace.workspace_id for workspace in cloud.workspaces()}
    for each in [*add, *remove]:
        if not isinstance(each, dict) or not str(each.get("workspace_id")).isdecimal():
            raise bad_request(f"{str(each)[:60]!r} is not a binding: give an object with the number of a workspace_id.")
    for new in add:
        if int(new["workspace_id"]) not in known:
            raise bad_request(f"workspace_id {new['workspace_id']} is not one of {sorted(known)}.")
        if new.get("binding_type", bindings.READ_WRITE) not in bindings.BINDING_TYPES:
            allowed = ", ".join(bindings.BINDING_TYPES)
            raise bad_request(f"binding_type '{new['binding_type']}' is not one of {allowed}.")
    with cloud.store.transaction():
        merged = bindings.merge(_current(cloud, kind, name), add, remove)
        cloud.store.put("binding", f"{kind}:{name}", {"bindings": merged})
    return merged


def _current(cloud: Cloud, kind: Kind, name: str) -> list[Document]:
    found: list[Document] = (cloud.store.get("binding", f"{kind}:{name}") or {}).get("bindings", [])
    return found


def _kind(securable_type: str) -> Kind:
    text = securable_type.lower().replace("-", "_")
    if text not in set(access.BOUND):
        raise bad_request(f"'{securable_type}' cannot be bound to workspaces; known: {', '.join(access.BOUND)}.")
    return Kind(text)
