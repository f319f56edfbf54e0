"""Users, service principals and groups: SCIM on every workspace and on the account, one directory behind both."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from localcloud.kernel import directory
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.directory import Kind
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.ledger import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import scim

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/groups")

router = APIRouter()
StartIndex = Annotated[int, Query(alias="startIndex")]
_PREFIXES = ("/api/2.0/preview/scim/v2", "/api/2.0/account/scim/v2", "/api/2.0/accounts/{account_id}/scim/v2")
_KINDS: dict[str, Kind] = {"Users": "user", "ServicePrincipals": "service_principal", "Groups": "group"}
# What a PUT that does not mention it leaves alone: membership is a resource of its own.
_KEPT = ("applicationId", "members")
_UNIQUE: dict[Kind, tuple[str, ...]] = {
    "user": ("userName",),
    "service_principal": ("applicationId", "displayName"),
    "group": ("displayName",),
}


def _me(response: Response, cloud: CloudDep, caller: CallerDep) -> Document:
    """The caller. The header names the workspace, as the Terraform provider expects."""
    if caller.workspace is not None:
        response.headers["X-Databricks-Org-Id"] = str(caller.workspace.workspace_id)
    groups = [{"display": name, "type": "direct"} for name in sorted(caller.groups)]
    for kind, field in (("user", "userName"), ("service_principal", "applicationId")):
        for document in cloud.store.all(kind):
            if document.get(field) == caller.principal:
                return {**document, "userName": caller.principal, "groups": groups}
    return {"userName": caller.principal, "displayName": caller.display_name, "active": True, "groups": groups}


def _routes(path: str, kind: Kind) -> None:
    """The six routes of one kind. Everybody may read the directory; only admins change it."""

    @router.get(path)
    def list_all(
        cloud: CloudDep, caller: CallerDep, filter: str | None = None, start: StartIndex = 1, count: int | None = None
    ) -> Document:
        """Those that the filter matches, in pages."""
        found = [_seen(cloud, caller, kind, d) for d in cloud.store.all(kind) if scim.matches(d, filter)]
        return scim.listing(found, start, count)

    @router.post(path, status_code=201)
    def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """A new one; its name must be unique."""
        caller.require_admin(f"create a {kind}")
        with cloud.store.transaction():
            document = scim.cleaned(body)
            _require_unique(cloud, kind, document, own_id=None)
            _require_members(cloud, document)
            return _shown(cloud, kind, directory.add(cloud.store, kind, document))

    @router.get(f"{path}/{{identifier}}")
    def get(identifier: str, cloud: CloudDep, caller: CallerDep) -> Document:
        """One, by id."""
        return _seen(cloud, caller, kind, _require(cloud, kind, identifier))

    @router.patch(f"{path}/{{identifier}}")
    def patch(identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """Change single fields or members."""
        caller.require_admin(f"change a {kind}")
        with cloud.store.transaction():
            return _replace(cloud, kind, scim.patched(_require(cloud, kind, identifier), body))

    @router.put(f"{path}/{{identifier}}")
    def put(identifier: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """Replace one; a group keeps its members."""
        caller.require_admin(f"change a {kind}")
        with cloud.store.transaction():
            current = _require(cloud, kind, identifier)
            kept: Document = {field: current[field] for field in _KEPT if field in current}
            return _replace(cloud, kind, kept | scim.cleaned(body) | {"id": identifier})

    @router.delete(f"{path}/{{identifier}}", status_code=204)
    def delete(identifier: str, cloud: CloudDep, caller: CallerDep) -> None:
        """Delete one; it leaves its groups."""
        caller.require_admin(f"delete a {kind}")
        with cloud.store.transaction():
            _require(cloud, kind, identifier)
            cloud.store.delete(kind, identifier)
            _leave_groups(cloud, identifier)


def _replace(cloud: Cloud, kind: Kind, document: Document) -> Document:
    _require_unique(cloud, kind, document, own_id=document["id"])
    _require_members(cloud, document)
    cloud.store.put(kind, document["id"], document)
    return _shown(cloud, kind, document)


def _require(cloud: Cloud, kind: Kind, identifier: str) -> Document:
    found = cloud.store.get(kind, identifier)
    if found is None:
        raise not_found(f"{kind.replace('_', ' ').title()} with id {identifier} not found.")
    return found


def _require_unique(cloud: Cloud, kind: Kind, document: Document, own_id: str | None) -> None:
    for other in cloud.store.all(kind):
        for field in _UNIQUE[kind]:
            if other["id"] != own_id and document.get(field) and other.get(field) == document[field]:
                label = kind.replace("_", " ").title()
                raise ApiError(
                    409, "RESOURCE_ALREADY_EXISTS", f"{label} with {field} {document[field]} already exists."
                )


def _require_members(cloud: Cloud, document: Document) -> None:
    for member in document.get("members", []):
        if not any(cloud.store.get(kind, member["value"]) for kind in _KINDS.values()):
            raise not_found(f"Member {member['value']} is no user, service principal or group id.")


def _leave_groups(cloud: Cloud, identifier: str) -> None:
    for group in cloud.store.all("group"):
        kept = [m for m in group.get("members", []) if m["value"] != identifier]
        if len(kept) != len(group.get("members", [])):
            cloud.store.put("group", group["id"], {**group, "members": kept})


def _seen(cloud: Cloud, caller: Caller, kind: Kind, document: Document) -> Document:
    """The document as the caller sees it: with `groups_for` set to `admins`, other callers get no `groups` at all."""
    shown = _shown(cloud, kind, document)
    hidden = (cloud.store.get("setting", "directory") or {}).get("groups_for") == "admins"
    return shown if not hidden or caller.is_workspace_admin else {k: v for k, v in shown.items() if k != "groups"}


def _shown(cloud: Cloud, kind: Kind, document: Document) -> Document:
    """The document with its members' names, or the groups it is directly in."""
    holders = [
        {"value": g["id"], "display": g["displayName"], "type": "direct"}
        for g in cloud.store.all("group")
        if any(m["value"] == document["id"] for m in g.get("members", []))
    ]
    members = [_member(cloud, m["value"]) for m in document.get("members", [])]
    return {**document, "groups": holders, **({"members": members} if kind == "group" else {})}


def _member(cloud: Cloud, identifier: str) -> Document:
    for path, kind in _KINDS.items():
        found = cloud.store.get(kind, identifier)
        if found is not None:
            return {"value": identifier, "display": found.get("displayName", ""), "$ref": f"{path}/{identifier}"}
    return {"value": identifier}


for _prefix in _PREFIXES:
    router.add_api_route(f"{_prefix}/Me", _me, methods=["GET"])
    for _path, _kind in _KINDS.items():
        _routes(f"{_prefix}/{_path}", _kind)
