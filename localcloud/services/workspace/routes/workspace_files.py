"""Workspace files, notebooks and folders: `/api/2.0/workspace`. Stored per workspace; access follows the folders."""

import base64
from typing import Any

from fastapi import APIRouter, Depends, Response

from localcloud.kernel import folders, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.workspace import formats, objects
from localcloud.services.workspace.uploads import ImportBody

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/workspace")

router = APIRouter(prefix="/api/2.0/workspace", dependencies=[Depends(query.require_known)])


@router.post("/mkdirs")
def mkdirs(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a folder and its parents. Needs CAN_EDIT on the parent folder; at the root, workspace admins only."""
    path = folders.path_of(required(only(body, "path"), "path"))
    if objects.find(cloud, caller, path) is None:
        objects.require_around(cloud, caller, path, "CAN_EDIT")
    if path != objects.ROOT:
        objects.make_folders(cloud, caller, path)
    return {}


@router.post("/import")
def import_object(body: ImportBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Store base64 `content` as a file (format RAW or AUTO) or a notebook (SOURCE). Needs CAN_EDIT on the folder.

    404 if the folder is missing, so that the Terraform provider creates it.
    """
    fields, posted = body.fields, body.posted
    only(fields, "path", "content", "format", "language", "overwrite")
    wanted = formats.imported(folders.path_of(required(fields, "path")), fields, posted=posted)
    objects.require_around(cloud, caller, wanted.path, "CAN_EDIT")
    objects.require_parent(cloud, caller, wanted.path)
    found = objects.find(cloud, caller, wanted.path)
    if found is not None and not fields.get("overwrite"):
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({wanted.path}) already exists.")
    kind = wanted.fields["object_type"]
    if found is not None and found["object_type"] != kind:
        actual = found["object_type"]
        raise bad_request(f"Cannot overwrite {wanted.path}: it is a {actual}, and the import makes a {kind}.")
    objects.put(cloud, caller, wanted.path, wanted.fields)
    return {}


@router.get("/get-status")
def get_status(path: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The object at a path."""
    return objects.shown(objects.require(cloud, caller, path, "CAN_READ"))


@router.get("/list")
def list_objects(
    path: str, cloud: CloudDep, caller: CallerDep, notebooks_modified_after: int | None = None
) -> Document:
    """The direct children of a folder, by path; optionally only notebooks changed after a time (epoch milliseconds).

    If the path is not a folder, the object itself.
    """
    found = objects.find(cloud, caller, folders.path_of(path))
    if found is None or found["object_type"] not in objects.FOLDERS:
        found = objects.require(cloud, caller, path, "CAN_READ")
    inside = [d for d in objects.below(cloud, found) if objects.parent_of(d["path"]) == found["path"]]
    listed = inside if found["object_type"] in objects.FOLDERS else [found]
    after_ms = notebooks_modified_after or -1
    kept = [
        each
        for each in sorted(listed, key=lambda each: str(each["path"]))
        if each["object_type"] != objects.NOTEBOOK or each.get("modified_ms", 0) > after_ms
    ]
    return {"objects": [objects.shown(d) for d in kept if objects.allows(cloud, caller, d, "CAN_READ")]}


@router.get("/export")
def export(
    path: str, cloud: CloudDep, caller: CallerDep, format: str | None = None, direct_download: bool = False
) -> Any:
    """A file's or notebook's base64 `content`, or its bytes with `direct_download`."""
    found = objects.require(cloud, caller, path, "CAN_READ")
    content = formats.exported(found, format)
    if direct_download:
        return Response(content, media_type="application/octet-stream")
    formats.require_size(content)
    return {"content": base64.b64encode(content).decode(), "file_type": formats.file_type(found)}


@router.post("/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a file, or with `recursive` a folder with its contents. Needs CAN_MANAGE."""
    found = objects.require(cloud, caller, required(only(body, "path", "recursive"), "path"), "CAN_MANAGE")
    objects.delete(cloud, found, recursive=bool(body.get("recursive")))
    return {}
