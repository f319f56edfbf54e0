"""Users, service principals and groups as SCIM documents, and the resolution of names in grants.

Kinds in the store: `user`, `service_principal`, `group`, each keyed by its numeric id (a string).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from localcloud.kernel.cloud import ADMIN_USER
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.store import Document, Store

Kind = Literal["user", "service_principal", "group"]
EVERYONE = frozenset({"account users", "users"})


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A principal that can receive grants, with all its groups (nested, implicit)."""

    kind: Kind
    principal: str
    display_name: str
    groups: frozenset[str]
    active: bool = True


def memberships(member_id: str, groups: Mapping[str, Document]) -> frozenset[str]:
    """Display names of all groups that contain `member_id`, directly or through other groups.

    `groups` maps group id to its SCIM document. Pure; cycles are harmless.
    """
    found: set[str] = set()
    waiting = {member_id}
    while waiting:
        holders = {
            group_id
            for group_id, group in groups.items()
            if group_id not in found and any(m["value"] in waiting for m in group.get("members", []))
        }
        found |= holders
        waiting = holders
    return frozenset(str(groups[group_id]["displayName"]) for group_id in found)


def find(store: Store, name: str) -> Principal | None:
    """The principal whose user name, application id or display name is `name`; None if there is none.

    An application id or user name wins over a display name, a service principal over a group.
    """
    groups = {group["id"]: group for group in store.all("group")}
    for user in store.all("user"):
        if user["userName"] == name:
            return _person("user", user, name, groups)
    applications = store.all("service_principal")
    for field in ("applicationId", "displayName"):
        for application in applications:
            if application.get(field) == name:
                return _person("service_principal", application, application["applicationId"], groups)
    for group_id, group in groups.items():
        if group["displayName"] == name:
            inherited = memberships(group_id, groups)
            return _group(name, inherited)
    return _group(name, frozenset()) if name in EVERYONE else None


def resolve(store: Store, name: str) -> Principal:
    """Like `find`. Raises `ApiError` 404 that says where to list the names."""
    found = find(store, name)
    if found is None:
        raise not_found(f"Principal '{name}' is not a user, service principal (name or application id) or group.")
    return found


def grantee(store: Store, name: str) -> str:
    """`name`, if a grant, an owner or a permission may use it: a user name, an application id or a group.

    Raises `ApiError` 404 otherwise; a service principal's display name is refused, as on Databricks.
    """
    found = find(store, name)
    if found is None:
        raise ApiError(404, "PRINCIPAL_DOES_NOT_EXIST", f"Could not find principal with name {name}")
    if found.principal != name:
        advice = f"name it by its application id {found.principal}"
        raise ApiError(404, "PRINCIPAL_DOES_NOT_EXIST", f"'{name}' is a service principal's display name: {advice}.")
    return name


def is_metastore_admin(store: Store, principal: Principal) -> bool:
    """The local admin, or the metastore's owner (a principal or a group)."""
    metastore = store.get("metastore", "metastore") or {}
    owner = metastore.get("owner", ADMIN_USER)
    return principal.principal in (ADMIN_USER, owner) or owner in principal.groups


def administers(store: Store, principal: Principal, workspace_id: int) -> bool:
    """Whether an ADMIN assignment, to the principal or to one of its groups, makes it an admin of the workspace."""
    names = principal.groups | {principal.principal}
    assigned = (d for d in store.all("assignment") if d["workspace_id"] == workspace_id and "ADMIN" in d["permissions"])
    return "admins" in names or any(_name_of(store, each["principal_id"]) in names for each in assigned)


def _name_of(store: Store, identifier: str) -> str | None:
    """The name in grants of the principal with this id."""
    for kind, field in (("group", "displayName"), ("service_principal", "applicationId"), ("user", "userName")):
        found = store.get(kind, identifier)
        if found is not None:
            return str(found[field])
    return None


def ensure_user(store: Store, user_name: str, display_name: str) -> None:
    """Create the user if it is missing."""
    with store.transaction():
        if find(store, user_name) is None:
            add(store, "user", {"userName": user_name, "displayName": display_name, "active": True})


def ensure_groups(store: Store, admin: str) -> None:
    """Create the workspace groups that always exist: `admins`, with the user `admin`, and `users`."""
    with store.transaction():
        names = {group["displayName"] for group in store.all("group")}
        number = next(user["id"] for user in store.all("user") if user["userName"] == admin)
        for name, members in (("admins", [{"value": number}]), ("users", [])):
            if name not in names:
                add(store, "group", {"displayName": name, "members": members})


def add(store: Store, kind: Kind, body: Document) -> Document:
    """Store a new principal with a new id and return it. Raises `ApiError` 400 if a name is missing."""
    identifier = str(1_000_000 + store.next_id("scim"))
    document = {**body, "id": identifier}
    if kind == "service_principal":
        document.setdefault("applicationId", str(uuid.uuid4()))
        document.setdefault("displayName", document["applicationId"])
    needed = "userName" if kind == "user" else "displayName"
    if not document.get(needed):
        raise bad_request(f"{kind} needs '{needed}'.")
    document.setdefault("displayName", document[needed])
    if kind != "group":
        document.setdefault("active", True)
    store.put(kind, identifier, document)
    return document


def _group(name: str, inherited: frozenset[str]) -> Principal:
    return Principal(kind="group", principal=name, display_name=name, groups=inherited | EVERYONE | {name})


def _person(kind: Kind, document: Document, principal: str, groups: Mapping[str, Document]) -> Principal:
    return Principal(
        kind=kind,
        principal=principal,
        display_name=document.get("displayName", principal),
        groups=memberships(document["id"], groups) | EVERYONE,
        active=document.get("active", True),
    )
