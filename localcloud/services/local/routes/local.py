"""Routes that exist only locally: workspaces and tokens for the command line."""

import re

from fastapi import APIRouter

from localcloud.kernel import directory, identity
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep, Workspace
from localcloud.kernel.errors import bad_request, exists
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import metastores

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local")
_HOUR_S = 3600
_ABOUT = ("azure", "private_root_storage", "region")
_FIRST_WORKSPACE_ID = 7_405_600_000_000_000
_ID_IN_HOST = re.compile(r"//adb-(\d+)\.")


@router.get("/workspaces")
def list_workspaces(cloud: CloudDep, caller: CallerDep) -> Document:
    """Every workspace with its URL. Admin only."""
    caller.require_admin("list workspaces")
    return {
        "workspaces": [
            {**_document(workspace), "azure": cloud.store.require("workspace", workspace.name).get("azure")}
            for workspace in cloud.workspaces()
        ]
    }


@router.post("/workspaces")
def register_workspace(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create the workspace `name`, which stacks know as `host`, and listen on its port. Idempotent. Admin only.

    `workspace_id` is the id that bindings use. If omitted, it is read from a host like
    `https://adb-<id>.<n>.azuredatabricks.net`, or generated. `private_root_storage` names the workspace's root storage
    account if only private endpoints can reach it. The automatic metastore gets the `region` of the first workspace
    that has one. `azure` holds the Azure properties of a workspace that its owner created, under the provider's
    names; stacks that adopt the workspace read them.
    """
    caller.require_admin("register workspaces")
    name, host = required(body, "name", "host")
    with cloud.lock:
        known: Document = {field: body[field] for field in _ABOUT if field in body}
        return _document(_register(cloud, identifier("workspace", name), host, body.get("workspace_id"), known))


def _register(cloud: Cloud, name: str, host: str, workspace_id: int | None, known: Document) -> Workspace:
    record = cloud.store.get("workspace", name)
    if record is None:
        number = _FIRST_WORKSPACE_ID + cloud.store.next_id("workspace")
        port = cloud.parts["listeners"].open(f"workspace {name}")
        record = {"name": name, "workspace_id": number, "port": port}
    in_host = _ID_IN_HOST.search(host)
    number = int(workspace_id or (in_host[1] if in_host else record["workspace_id"]))
    if any(w.workspace_id == number and w.name != name for w in cloud.workspaces()):
        raise exists(f"workspace_id {number} belongs to another workspace: give '{name}' its own.")
    before = cloud.store.get("workspace", name)
    cloud.store.put("workspace", name, {**record, **known, "host": host, "workspace_id": number})
    if before is None or before["workspace_id"] != number:
        metastores.on_new_workspace(cloud, number)
    metastores.on_region(cloud, known.get("region"))
    return cloud.workspace(name)


@router.put("/directory")
def set_directory(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Set who can see a user's groups: `groups_for` is `everybody` (the default) or `admins`. Admin only."""
    caller.require_admin("change what the directory shows")
    allowed = ("everybody", "admins")
    if body.get("groups_for") not in allowed:
        raise bad_request(f"groups_for '{body.get('groups_for')}' is not one of {', '.join(allowed)}.")
    cloud.store.put("setting", "directory", {"groups_for": body["groups_for"]})
    return {}


@router.post("/tokens")
def create_token(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a token to act `as` a user, service principal or group, for `lifetime_s` (default 1 h). Admin only."""
    caller.require_admin("act as somebody else")
    name = required(body, "as")
    lifetime_s = int(body.get("lifetime_s", _HOUR_S))
    token = identity.mint(cloud, name, body.get("workspace"), lifetime_s, f"local token as {name}")
    found = directory.resolve(cloud.store, name)
    return {"token": token, "principal": found.principal, "display_name": found.display_name, "kind": found.kind}


def _document(workspace: Workspace) -> Document:
    return {
        "name": workspace.name,
        "host": workspace.host,
        "workspace_id": workspace.workspace_id,
        "port": workspace.port,
        "url": workspace.url,
    }
