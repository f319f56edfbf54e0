"""Workspace files, notebooks and folders: `/api/2.0/workspace`. Kept per workspace; folders say who reaches them."""

import base64
from typing import Any

from fastapi import APIRouter, Response

from localcloud.kernel import acl, folders
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, denied, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.ledger import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.workspace.uploads import ImportBody

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/workspace")

router = APIRouter(prefix="/api/2.0/workspace")
_KIND = folders.KIND
_TYPES = {"DIRECTORY": "directories", "FILE": "files", "NOTEBOOK": "notebooks"}


@router.post("/mkdirs")
def mkdirs(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a folder and its parents. Needs CAN_EDIT on the folder around; at the root, to be a workspace admin."""
    path = folders.path_of(required(only(body, "path"), "path"))
    if _get(cloud, caller, path) is None:
        _require_level(cloud, caller, path, "CAN_EDIT")
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        _put(cloud, caller, "/" + "/".join(parts[:depth]), {"object_type": "DIRECTORY"}, keep=True)
    return {}


@router.post("/import")
def import_object(body: ImportBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Store base64 `content` as a file (format RAW or AUTO) or a notebook (SOURCE). Needs CAN_EDIT on the folder.

    404 where the folder is missing, which is what makes the Terraform provider create it.
    """
    only(body, "path", "content", "format", "language", "overwrite")
    path = folders.path_of(required(body, "path"))
    _require_level(cloud, caller, path, "CAN_EDIT")
    parent = path.rpartition("/")[0] or "/"
    if parent not in ("/", "/Shared", "/Workspace") and _get(cloud, caller, parent) is None:
        raise not_found(f"The parent folder ({parent}) does not exist.")
    if _get(cloud, caller, path) is not None and not body.get("overwrite"):
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")
    kind = "NOTEBOOK" if body.get("format", "SOURCE") == "SOURCE" else "FILE"
    fields = {"object_type": kind, "content": body.get("content", ""), "language": body.get("language")}
    _put(cloud, caller, path, fields, keep=False)
    return {}


@router.get("/get-status")
def get_status(path: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """What lies at a path."""
    return _shown(_require(cloud, caller, path, "CAN_READ"))


@router.get("/list")
def list_objects(path: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """What lies directly in a folder."""
    folder = folders.path_of(path)
    workspace = caller.require_workspace().name
    own = [d for d in cloud.store.all(_KIND) if d["workspace"] == workspace]
    found = (d for d in own if (d["path"].rpartition("/")[0] or "/") == folder)
    return {"objects": [_shown(d) for d in found if _allows(cloud, caller, d, "CAN_READ")]}


@router.get("/export")
def export(path: str, cloud: CloudDep, caller: CallerDep, direct_download: bool = False) -> Any:
    """A file's or notebook's base64 `content`; its bytes themselves with `direct_download`."""
    content = _require(cloud, caller, path, "CAN_READ").get("content", "")
    if direct_download:
        return Response(base64.b64decode(content), media_type="application/octet-stream")
    return {"content": content}


@router.post("/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a file, or a folder with all that is in it (`recursive`). Needs CAN_MANAGE."""
    found = _require(cloud, caller, required(only(body, "path", "recursive"), "path"), "CAN_MANAGE")
    below = [d for d in cloud.store.all(_KIND) if _is_below(d, found)]
    if below and not body.get("recursive"):
        raise ApiError(400, "DIRECTORY_NOT_EMPTY", f"Folder ({found['path']}) is not empty.")
    for document in [*below, found]:
        cloud.store.delete(_KIND, _key(caller, document["path"]))
        acl.delete(cloud, _TYPES[document["object_type"]], str(document["object_id"]))
    return {}


def _key(caller: Caller, path: str) -> str:
    return folders.key(caller.require_workspace().name, path)


def _get(cloud: Cloud, caller: Caller, path: str) -> Document | None:
    return cloud.store.get(_KIND, _key(caller, path))


def _require(cloud: Cloud, caller: Caller, path: str, level: str) -> Document:
    found = _get(cloud, caller, folders.path_of(path))
    if found is None:
        raise not_found(f"Path ({path}) doesn't exist.")
    if not _allows(cloud, caller, found, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on {found['path']}.")
    return found


def _allows(cloud: Cloud, caller: Caller, found: Document, level: str) -> bool:
    return acl.allows(cloud, caller, _TYPES[found["object_type"]], str(found["object_id"]), level)


def _require_level(cloud: Cloud, caller: Caller, path: str, level: str) -> None:
    if not folders.allows(cloud, caller, path, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on {path.rpartition('/')[0] or '/'}.")


def _put(cloud: Cloud, caller: Caller, path: str, fields: Document, *, keep: bool) -> None:
    existing = _get(cloud, caller, path)
    if existing is not None and keep:
        return
    number = existing["object_id"] if existing else cloud.store.next_id(_KIND)
    fixed = {"path": path, "object_id": number, "workspace": caller.require_workspace().name}
    cloud.store.put(_KIND, _key(caller, path), {**fields, **fixed})
    if existing is None:
        acl.create(cloud, caller, _TYPES[fields["object_type"]], str(number), path)


def _is_below(document: Document, folder: Document) -> bool:
    same = document["workspace"] == folder["workspace"]
    return same and str(document["path"]).startswith(f"{folder['path']}/")


def _shown(document: Document) -> Document:
    size = len(base64.b64decode(document.get("content") or ""))
    kept = {k: v for k, v in document.items() if k not in ("content", "workspace") and v is not None}
    return {**kept, **({"size": size} if document["object_type"] != "DIRECTORY" else {})}
