"""Users, service principals and groups: SCIM on every workspace and on the account, one directory behind both."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from localcloud.kernel import directory, query
from localcloud.kernel.body import PlainBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.directory import Kind
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import filters, scim
from localcloud.services.identity.resources import META, RESOURCES

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/groups")

router = APIRouter(dependencies=[Depends(query.require_known)])
_WORKSPACE = "/api/2.0/preview/scim/v2"
_PREFIXES = (_WORKSPACE, "/api/2.0/account/scim/v2", "/api/2.0/accounts/{account_id}/scim/v2")
_KINDS: dict[str, Kind] = {"Users": "user", "ServicePrincipals": "service_principal", "Groups": "group"}
_UNIQUE: dict[Kind, tuple[str, ...]] = {
    "user": ("userName",),
    "service_principal": ("applicationId", "displayName"),
    "group": ("displayName",),
}
_ATTRIBUTES = frozenset(name for resource in RESOURCES.values() for name in resource.attributes)
# Groups that every workspace has: they are neither deleted nor renamed.
_OF_THE_SYSTEM = ("admins", "users")


@dataclass(frozen=True)
class Shown:
    """The requested attributes of a document."""

    attributes: str | None = None
    excluded: Annotated[str | None, Query(alias="excludedAttributes")] = None

    def of(self, kind: Kind, document: Document) -> Document:
        """The document with these attributes, without those of another kind, as the Terraform provider expects.

        Raises `ApiError` 400 for an attribute that no kind has.
        """
        asked = [*filters.names(self.attributes), *filters.names(self.excluded)]
        filters.require_known(asked, _ATTRIBUTES, kind)
        return filters.projected(document, self.attributes, self.excluded)


@dataclass(frozen=True)
class Listed:
    """The requested documents: filter, order and page."""

    filter: str | None = None
    sort_by: Annotated[str | None, Query(alias="sortBy")] = None
    sort_order: Annotated[str | None, Query(alias="sortOrder")] = None
    start: Annotated[int, Query(alias="startIndex")] = 1
    count: int | None = None

    def of(self, kind: Kind, documents: list[Document]) -> Document:
        """The page. Raises `ApiError` 400 for an unsupported filter or order, even if there are no documents."""
        wanted = filters.parse(self.filter)
        asked = [*wanted.fields, *([self.sort_by] if self.sort_by else [])]
        filters.require_known(asked, RESOURCES[kind].attributes, kind)
        found = filters.ordered([d for d in documents if wanted.accepts(d)], self.sort_by, self.sort_order)
        return filters.listing(found, self.start, self.count)


ShownDep = Annotated[Shown, Depends()]
ListedDep = Annotated[Listed, Depends()]


def _me(response: Response, cloud: CloudDep, caller: CallerDep, shown: ShownDep) -> Document:
    """The caller. The header names the workspace, as the Terraform provider expects."""
    if caller.workspace is not None:
        response.headers["X-Databricks-Org-Id"] = str(caller.workspace.workspace_id)
    groups = [{"display": name, "type": "direct"} for name in sorted(caller.groups)]
    document: Document = {"displayName": caller.display_name, "active": True}
    for kind, field in (("user", "userName"), ("service_principal", "applicationId")):
        for found in cloud.store.all(kind):
            if found.get(field) == caller.principal:
                document = found
    schemas = [RESOURCES["user"].schema_name]
    return shown.of("user", {"schemas": schemas, **document, "userName": caller.principal, "groups": groups})


def _routes(prefix: str, collection: str, kind: Kind) -> None:
    """The six routes of one kind. Everyone may read the directory; only admins change it."""
    path, account = f"{prefix}/{collection}", prefix != _WORKSPACE
    _reads(path, kind, account=account)
    _additions(path, kind, account=account)
    _changes(path, kind, account=account)


def _reads(path: str, kind: Kind, *, account: bool) -> None:
    @router.get(path)
    def list_all(cloud: CloudDep, caller: CallerDep, listed: ListedDep, shown: ShownDep) -> Document:
        """The documents that match the filter, in pages. The account's list of groups omits their members."""
        page = listed.of(kind, [_seen(cloud, caller, kind, d) for d in cloud.store.all(kind)])
        resources = [shown.of(kind, each) for each in page["Resources"]]
        return {**page, "Resources": [_without_members(each) if account else each for each in resources]}

    @router.get(f"{path}/{{identifier}}")
    def get(identifier: str, cloud: CloudDep, caller: CallerDep, shown: ShownDep) -> Document:
        """One document by its id."""
        return shown.of(kind, _seen(cloud, caller, kind, _require(cloud, kind, identifier)))


def _additions(path: str, kind: Kind, *, account: bool) -> None:
    @router.post(path, status_code=201)
    def create(body: PlainBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """Create a document. Its name must be unique."""
        caller.require_admin(f"create a {kind}")
        _require_level(body, account=account)
        with cloud.store.transaction():
            document = scim.made(kind, body)
            _require_unique(cloud, kind, document, own_id=None)
            _require_members(cloud, document)
            return _shown(cloud, kind, directory.add(cloud.store, kind, document))

    @router.delete(f"{path}/{{identifier}}", status_code=204)
    def delete(identifier: str, cloud: CloudDep, caller: CallerDep) -> None:
        """Delete a document, also from the groups that contain it."""
        caller.require_admin(f"delete a {kind}")
        with cloud.store.transaction():
            _require_own_group(kind, _require(cloud, kind, identifier))
            cloud.store.delete(kind, identifier)
            _leave_groups(cloud, identifier)


def _changes(path: str, kind: Kind, *, account: bool) -> None:
    @router.patch(f"{path}/{{identifier}}")
    def patch(identifier: str, body: PlainBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """Change single fields or members."""
        caller.require_admin(f"change a {kind}")
        with cloud.store.transaction():
            return _replace(cloud, kind, scim.patched(kind, _require(cloud, kind, identifier), body))

    @router.put(f"{path}/{{identifier}}")
    def put(identifier: str, body: PlainBody, cloud: CloudDep, caller: CallerDep) -> Document:
        """Replace a whole document, including a group's members."""
        caller.require_admin(f"change a {kind}")
        _require_level(body, account=account)
        with cloud.store.transaction():
            current = _require(cloud, kind, identifier)
            groups = [each["value"] for each in _holders(cloud, identifier)]
            return _replace(cloud, kind, scim.replaced(kind, current, body, groups))


def _require_level(body: Document, *, account: bool) -> None:
    """Only workspaces have entitlements; the account has none."""
    if account and any(isinstance(each, dict) and each.get("value") for each in body.get("entitlements") or []):
        raise bad_request("entitlements are given in a workspace, not on the account.")


def _require_own_group(kind: Kind, document: Document) -> None:
    if kind == "group" and document["displayName"] in _OF_THE_SYSTEM:
        raise bad_request(f"Group {document['displayName']} is the system's: it is neither deleted nor renamed.")


def _without_members(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "members"}


def _replace(cloud: Cloud, kind: Kind, document: Document) -> Document:
    before = _require(cloud, kind, document["id"])
    if document["displayName"] != before["displayName"]:
        _require_own_group(kind, before)
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
            raise not_found(f"Member {member['value']} is not a user, service principal or group id.")


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
    """The document with its schema and the groups it is directly in; a group with its members' names."""
    members = [_member(cloud, m["value"]) for m in document.get("members", [])]
    return {
        "schemas": [RESOURCES[kind].schema_name],
        **document,
        "groups": _holders(cloud, document["id"]),
        **({"members": members, "meta": META} if kind == "group" else {}),
    }


def _holders(cloud: Cloud, identifier: str) -> list[Document]:
    return [
        {"value": g["id"], "display": g["displayName"], "type": "direct"}
        for g in cloud.store.all("group")
        if any(m["value"] == identifier for m in g.get("members", []))
    ]


def _member(cloud: Cloud, identifier: str) -> Document:
    for path, kind in _KINDS.items():
        found = cloud.store.get(kind, identifier)
        if found is not None:
            return {"value": identifier, "display": found.get("displayName", ""), "$ref": f"{path}/{identifier}"}
    return {"value": identifier}


for _prefix in _PREFIXES:
    router.add_api_route(f"{_prefix}/Me", _me, methods=["GET"])
    for _collection, _kind in _KINDS.items():
        _routes(_prefix, _collection, _kind)
