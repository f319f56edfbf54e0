"""Authentication: bearer tokens, and the `Caller` that every handler depends on."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request

from localcloud.kernel import calls, directory
from localcloud.kernel.cloud import ADMIN_USER, Cloud, CloudDep, Workspace
from localcloud.kernel.errors import ApiError, denied
from localcloud.kernel.store import Document

_SCHEME = "bearer "
# The documents of identities.
_OF_A_CALLER = ("user", "service_principal", "group", "metastore", "assignment", "workspace")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated principal on one workspace (None: on the account's port).

    `principal` is the name in grants: a user name, a service principal's application id, or a group's name when acting
    as a member of only that group. `groups` has display names, nested ones included. `is_admin` marks the account's and
    the metastore's admins, who pass every check; `is_workspace_admin` also those whom an assignment makes admins of
    this workspace, which gives them no rights in Unity Catalog. `serverless` marks a task on serverless compute, by its
    token.
    """

    principal: str
    display_name: str
    groups: frozenset[str]
    workspace: Workspace | None
    is_admin: bool
    is_workspace_admin: bool
    serverless: bool = False

    @property
    def identities(self) -> frozenset[str]:
        """Every name under which a grant reaches this caller."""
        return self.groups | {self.principal}

    def require_admin(self, what: str) -> None:
        """Raise `ApiError` 403 unless the caller is an admin."""
        if not self.is_admin:
            raise denied(f"Only an admin may {what}; '{self.display_name}' is none.")

    def require_workspace_admin(self, what: str) -> None:
        """Raise `ApiError` 403 unless the caller is an admin of this workspace."""
        if not self.is_workspace_admin:
            raise denied(f"Only a workspace admin may {what}; '{self.display_name}' is none.")

    def require_workspace(self) -> Workspace:
        """The workspace of this call. Raises `ApiError` 400 on the account's port."""
        if self.workspace is None:
            raise ApiError(400, "INVALID_STATE", "This route belongs to a workspace: call a workspace's URL.")
        return self.workspace


def mint(
    cloud: Cloud,
    principal: str,
    workspace: str | None,
    lifetime_s: int,
    comment: str = "",
    *,
    serverless: bool = False,
) -> str:
    """A new token for `principal`, valid on `workspace` (None: everywhere) for `lifetime_s` seconds.

    `principal` is a user name, an application id or a service principal's or group's display name. `serverless`: for a
    task on serverless compute.
    Only the token's hash is stored. Raises `ApiError` 404 for an unknown principal or workspace.
    """
    found = directory.resolve(cloud.store, principal)
    if workspace is not None:
        cloud.workspace(workspace)
    _forget_expired(cloud)
    token = f"dapi{secrets.token_hex(24)}"
    body: Document = {
        "principal": found.principal,
        "workspace": workspace,
        "expires_at": time.time() + lifetime_s,
        "comment": comment,
        "token_id": secrets.token_hex(16),
        "digest": _digest(token),
        "created_at": time.time(),
        "serverless": serverless,
    }
    cloud.store.put("token", _digest(token), body)
    return token


def revoke(cloud: Cloud, token: str) -> None:
    """Revoke a token, effective immediately."""
    cloud.store.delete("token", _digest(token))


def revoke_by_id(cloud: Cloud, token_id: str) -> bool:
    """Revoke the token with this id. False if there is none."""
    found = [t for t in cloud.store.all("token") if t["token_id"] == token_id]
    for token in found:
        cloud.store.delete("token", token["digest"])
    return bool(found)


def record(cloud: Cloud, token: str) -> Document:
    """The stored record of a token: everything except the token itself."""
    return cloud.store.require("token", _digest(token))


def authenticate(cloud: Cloud, token: str, port: int) -> Caller:
    """The caller behind `token` on `port`. Raises `ApiError` 403 for an unknown, expired or foreign token."""
    kept = cloud.store.get("token", _digest(token))
    workspace = cloud.workspace_at(port)
    if kept is None or kept["expires_at"] < time.time():
        raise ApiError(403, "403", "Invalid access token.")
    if kept["workspace"] is not None and (workspace is None or kept["workspace"] != workspace.name):
        raise ApiError(403, "403", f"Invalid access token: it belongs to workspace '{kept['workspace']}'.")
    return replace(acting_as(cloud, kept["principal"], workspace), serverless=bool(kept.get("serverless")))


def acting_as(cloud: Cloud, principal: str, workspace: Workspace | None) -> Caller:
    """The caller for `principal`. Raises `ApiError` 403 for one that was deleted or deactivated."""
    where = workspace.name if workspace else None
    return cloud.store.derived(_OF_A_CALLER, (where, principal), lambda: _caller(cloud, principal, workspace))


def _caller(cloud: Cloud, principal: str, workspace: Workspace | None) -> Caller:
    found = directory.find(cloud.store, principal)
    if found is None or not found.active:
        raise ApiError(403, "403", "Invalid access token: its principal was deleted or deactivated.")
    is_admin = directory.is_metastore_admin(cloud.store, found)
    administers = workspace is not None and directory.administers(cloud.store, found, workspace.workspace_id)
    return Caller(
        principal=found.principal,
        display_name=found.display_name,
        groups=found.groups,
        workspace=workspace,
        is_admin=is_admin,
        is_workspace_admin=is_admin or administers,
    )


async def current_caller(request: Request, cloud: CloudDep) -> Caller:
    """FastAPI dependency: the caller. 401 without a token, 403 with a wrong one, as on Databricks.

    Async, because it takes less time than dispatching it to a thread.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise ApiError(401, "401", "Credential was not sent or was of an unsupported type for this API.")
    caller = authenticate(cloud, header[len(_SCHEME) :].strip(), request.scope["server"][1])
    calls.note_principal(request.scope, caller.display_name)
    return caller


CallerDep = Annotated[Caller, Depends(current_caller)]


def admin_to(what: str) -> Callable[[Caller], Caller]:
    """A FastAPI dependency: the caller, if an admin. 403 for others, who may not do `what`."""

    def require(caller: CallerDep) -> Caller:
        caller.require_admin(what)
        return caller

    return require


def ensure_admin(cloud: Cloud, token: str | None = None) -> str:
    """The admin's token: `token` if it still works, else a new one. Creates the admin user once.

    Returns the token; the caller keeps it in a file only the user can read.
    """
    directory.ensure_user(cloud.store, ADMIN_USER, "Local admin")
    directory.ensure_groups(cloud.store, ADMIN_USER)
    if token is not None and cloud.store.get("token", _digest(token)) is not None:
        return token
    ten_years_s = 10 * 365 * 24 * 3600
    return mint(cloud, ADMIN_USER, None, ten_years_s, "local admin")


def _forget_expired(cloud: Cloud) -> None:
    for token in cloud.store.all("token"):
        if token["expires_at"] < time.time():
            cloud.store.delete("token", token["digest"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
