"""Objects of a workspace (files, notebooks, folders): storage, permissions, and output."""

import base64

from localcloud.kernel import acl, folders
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

KIND = folders.KIND
DIRECTORY, FILE, NOTEBOOK, REPO = "DIRECTORY", "FILE", "NOTEBOOK", "REPO"
# What other objects lie in.
FOLDERS = (DIRECTORY, REPO)
ROOT = "/"
# Folders that every workspace has; everybody sees that they are there, and they are never deleted.
STANDING = (ROOT, folders.SHARED, folders.HOMES)
_TYPES = {DIRECTORY: "directories", FILE: "files", NOTEBOOK: "notebooks", REPO: "repos"}


def find(cloud: Cloud, caller: Caller, path: str) -> Document | None:
    """The object at a checked path, or None. A standing folder is created when it is first requested."""
    workspace = caller.require_workspace().name
    found = cloud.store.get(KIND, folders.key(workspace, path))
    home = path == f"{folders.HOMES}/{caller.principal}"
    if found is None and (path in STANDING or home):
        found = _document(cloud, workspace, path, {"object_type": DIRECTORY})
        cloud.store.put(KIND, folders.key(workspace, path), found)
        if home:
            acl.create(cloud, caller, "directories", str(found["object_id"]), path)
    return found


def require(cloud: Cloud, caller: Caller, path: str, level: str) -> Document:
    """The object at `path`, if the caller has `level` on it. Raises `ApiError` 403 and 404."""
    found = find(cloud, caller, folders.path_of(path))
    if found is None:
        raise not_found(f"Path ({path}) doesn't exist.")
    if not allows(cloud, caller, found, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on {found['path']}.")
    return found


def allows(cloud: Cloud, caller: Caller, found: Document, level: str) -> bool:
    """Whether the caller has `level` on an object."""
    seen = found["path"] in STANDING and level == "CAN_READ"
    return seen or acl.allows(cloud, caller, _TYPES[found["object_type"]], str(found["object_id"]), level)


def require_around(cloud: Cloud, caller: Caller, path: str, level: str) -> None:
    """Raise `ApiError` 403 unless the caller has `level` by the parent folders of `path`."""
    if not folders.allows(cloud, caller, path, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on {parent_of(path)}.")


def require_parent(cloud: Cloud, caller: Caller, path: str) -> None:
    """Raise `ApiError` 404 if the parent folder of `path` is missing, 400 if it is not a folder."""
    parent = parent_of(path)
    found = find(cloud, caller, parent)
    if found is None:
        raise not_found(f"The parent folder ({parent}) does not exist.")
    if found["object_type"] not in FOLDERS:
        raise bad_request(f"{parent} is a {found['object_type']}, not a folder.")


def make_folders(cloud: Cloud, caller: Caller, path: str) -> None:
    """Create a folder and its parents. Raises `ApiError` 400 if one of them exists and is not a folder."""
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        folder = "/" + "/".join(parts[:depth])
        found = find(cloud, caller, folder)
        if found is None:
            put(cloud, caller, folder, {"object_type": DIRECTORY})
        elif found["object_type"] not in FOLDERS:
            message = f"Path ({folder}) already exists, and is a {found['object_type']}."
            raise ApiError(400, "RESOURCE_ALREADY_EXISTS", message)


def put(cloud: Cloud, caller: Caller, path: str, fields: Document) -> None:
    """Store an object; an existing one keeps its id, permissions and creation time."""
    workspace, existing = caller.require_workspace().name, find(cloud, caller, path)
    document = _document(cloud, workspace, path, fields, existing)
    cloud.store.put(KIND, folders.key(workspace, path), document)
    if existing is None:
        acl.create(cloud, caller, _TYPES[document["object_type"]], str(document["object_id"]), path)


def delete(cloud: Cloud, found: Document, *, recursive: bool) -> None:
    """Delete an object, with `recursive` a folder with its contents. Raises `ApiError` 400 for a non-empty folder."""
    if found["path"] in STANDING:
        raise bad_request(f"Folder ({found['path']}) is the workspace's: it is not deleted.")
    inside = below(cloud, found)
    if inside and not recursive:
        raise ApiError(400, "DIRECTORY_NOT_EMPTY", f"Folder ({found['path']}) is not empty.")
    for document in [*inside, found]:
        cloud.store.delete(KIND, folders.key(found["workspace"], document["path"]))
        acl.delete(cloud, _TYPES[document["object_type"]], str(document["object_id"]))


def below(cloud: Cloud, folder: Document) -> list[Document]:
    """Everything in a folder, at any depth."""
    start = f"{folder['path'].rstrip('/')}/"
    own = [d for d in cloud.store.all(KIND) if d["workspace"] == folder["workspace"]]
    return [d for d in own if str(d["path"]).startswith(start) and d["path"] != folder["path"]]


def shown(document: Document) -> Document:
    """An object as returned by `get-status` and `list`: times and size only of files, language only of notebooks."""
    found: Document = {name: document[name] for name in ("path", "object_type", "object_id")}
    found["resource_id"] = str(document["object_id"])
    if document["object_type"] == NOTEBOOK:
        found["language"] = document.get("language")
    if document["object_type"] == FILE:
        times = {"created_at": document.get("created_ms", 0), "modified_at": document.get("modified_ms", 0)}
        found |= {"size": len(base64.b64decode(document["content"])), **times}
    return found


def parent_of(path: str) -> str:
    """The parent folder of a path."""
    return path.rpartition("/")[0] or ROOT


def _document(cloud: Cloud, workspace: str, path: str, fields: Document, existing: Document | None = None) -> Document:
    at_ms = now_ms()
    number = existing["object_id"] if existing else cloud.store.next_id(KIND)
    made_ms = existing.get("created_ms", at_ms) if existing else at_ms
    fixed = {"path": path, "object_id": number, "workspace": workspace}
    return {**fields, **fixed, "created_ms": made_ms, "modified_ms": at_ms}
