"""Permissions that an object inherits from its workspace folders.

Kept in the store as kind `workspace_object`, key `<workspace>:<path>`; folders' own permissions are kept by `acl`.
"""

from collections.abc import Iterator

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

KIND = "workspace_object"
LEVELS = ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE")
SHARED, HOMES = "/Shared", "/Users"
EVERYONE = "users"


def path_of(given: str) -> str:
    """A path without the prefix `/Workspace`. Raises `ApiError` 400 unless it is absolute and without `..`."""
    parts = given.strip("/").split("/")
    cleaned = "/" + "/".join(parts[1:] if parts[0] == "Workspace" else parts)
    if not given.startswith("/") or not {"..", "."}.isdisjoint(parts) or "" in parts[:-1]:
        raise bad_request(f"Path ({given}) must be absolute and without '..'.")
    return cleaned


def key(workspace: str, path: str) -> str:
    """The key of the object at `path`."""
    return f"{workspace}:{path}"


def around(path: str) -> Iterator[str]:
    """The parent folders of `path`, innermost first, without the root."""
    parts = path.strip("/").split("/")
    for depth in range(len(parts) - 1, 0, -1):
        yield "/" + "/".join(parts[:depth])


def inherited(cloud: Cloud, workspace: str, path: str) -> dict[str, str]:
    """By principal: the strongest level that the parent folders of `path` give on the object there.

    All workspace users manage everything under `/Shared`, and each user everything in their home.
    """
    held: dict[str, str] = {}
    for folder in around(path):
        for who, level in _given_by(cloud, workspace, folder).items():
            held[who] = max(level, held.get(who, level), key=LEVELS.index)
    return held


def allows(cloud: Cloud, caller: Caller, path: str, level: str) -> bool:
    """Whether the parent folders of `path` give the caller at least `level`. A workspace admin has every level."""
    if caller.is_workspace_admin:
        return True
    found = inherited(cloud, caller.require_workspace().name, path)
    ranks = [LEVELS.index(given) for who, given in found.items() if who in caller.identities]
    return bool(ranks) and max(ranks) >= LEVELS.index(level)


def _given_by(cloud: Cloud, workspace: str, folder: str) -> dict[str, str]:
    own: Document = cloud.store.get(KIND, key(workspace, folder)) or {}
    kind = "repos" if own.get("object_type") == "REPO" else "directories"
    acl = cloud.store.get("acl", f"{kind}/{own.get('object_id')}") or {"owner": None, "entries": {}}
    given = dict(acl["entries"]) | ({acl["owner"]: LEVELS[-1]} if acl["owner"] else {})
    parent, _, name = folder.rpartition("/")
    if folder == SHARED:
        given[EVERYONE] = LEVELS[-1]
    if parent == HOMES:
        given[name] = LEVELS[-1]
    return given
