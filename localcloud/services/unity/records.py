"""Securables as documents: kinds in the store, chains for the privilege rules, children of a parent."""

import uuid

from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import ADMIN_USER, METASTORE_ID, Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.names import levels
from localcloud.kernel.store import Document, Store
from localcloud.services.unity.privileges import Kind, Securable

# How many levels a full name of this kind has, and which kinds its ancestors are.
ANCESTORS: dict[Kind, tuple[Kind, ...]] = {
    Kind.METASTORE: (),
    Kind.STORAGE_CREDENTIAL: (),
    Kind.EXTERNAL_LOCATION: (),
    Kind.CATALOG: (),
    Kind.SCHEMA: (Kind.CATALOG,),
    Kind.TABLE: (Kind.CATALOG, Kind.SCHEMA),
    Kind.VOLUME: (Kind.CATALOG, Kind.SCHEMA),
    Kind.MODEL: (Kind.CATALOG, Kind.SCHEMA),
}
CHILDREN: dict[Kind, tuple[Kind, ...]] = {
    Kind.CATALOG: (Kind.SCHEMA,),
    Kind.SCHEMA: (Kind.TABLE, Kind.VOLUME, Kind.MODEL),
}


def canonical(kind: Kind, full_name: str) -> str:
    """`full_name` in lower case, with the kind's number of levels. Raises `ApiError` 400."""
    return ".".join(levels(full_name, len(ANCESTORS[kind]) + 1))


def label(kind: Kind) -> str:
    """The kind's name in messages: `External Location`."""
    return kind.replace("_", " ").title()


def require(store: Store, kind: Kind, full_name: str) -> Document:
    """The document of a securable. Raises `ApiError` 404, for example TABLE_DOES_NOT_EXIST."""
    found = store.get(kind, full_name)
    if found is None:
        raise ApiError(404, f"{kind.upper()}_DOES_NOT_EXIST", f"{label(kind)} '{full_name}' does not exist.")
    return found


def chain(store: Store, kind: Kind, full_name: str) -> tuple[Securable, ...]:
    """Catalog, schema, … down to the securable. Raises `ApiError` 404 for the first missing one."""
    parts = full_name.split(".")
    kinds = (*ANCESTORS[kind], kind)
    names = [".".join(parts[: depth + 1]) for depth in range(len(parts))] if len(kinds) > 1 else [full_name]
    return tuple(_link(store, link, name) for link, name in zip(kinds, names, strict=True))


def children(store: Store, kind: Kind, parent: str) -> list[Document]:
    """Documents of `kind` directly below `parent` (a full name), by name."""
    found = [d for d in store.all(kind) if d["full_name"].rpartition(".")[0] == parent]
    return sorted(found, key=lambda document: str(document["full_name"]))


def create(store: Store, kind: Kind, full_name: str, owner: str, fields: Document) -> Document:
    """Store a new securable with Unity Catalog's bookkeeping fields. Raises `ApiError` 409 if it exists."""
    at_ms = now_ms()
    audit = {"created_at": at_ms, "created_by": owner, "updated_at": at_ms, "updated_by": owner}
    document = {
        **fields,
        "name": full_name.rpartition(".")[2],
        "full_name": full_name,
        "owner": fields.get("owner") or owner,
        "metastore_id": METASTORE_ID,
        "securable_kind": kind.upper(),
        "id": str(uuid.uuid4()),
        **audit,
    }
    with store.transaction():
        if store.get(kind, full_name) is not None:
            raise ApiError(409, f"{kind.upper()}_ALREADY_EXISTS", f"{label(kind)} '{full_name}' already exists.")
        store.put(kind, full_name, document)
    return document


def update(store: Store, kind: Kind, document: Document, by: str) -> Document:
    """Store a changed securable with the time and the principal of the change."""
    stamped = {**document, "updated_at": now_ms(), "updated_by": by}
    store.put(kind, document["full_name"], stamped)
    return stamped


def remove(store: Store, kind: Kind, full_name: str) -> None:
    """Delete a securable and the grants on it."""
    with store.transaction():
        store.delete(kind, full_name)
        store.delete("grants", grants_key(kind, full_name))


def grants_key(kind: Kind, full_name: str) -> str:
    """Key of the document with the privileges on this securable by principal."""
    return f"{kind}:{full_name}"


def ensure_metastore(cloud: Cloud) -> Document:
    """The one metastore. Unless declared, it is created, owned by the local admin, without a region."""
    found = cloud.store.get(Kind.METASTORE, Kind.METASTORE)
    return found or declare_metastore(cloud, {"owner": ADMIN_USER, "automatic": True})


def declare_metastore(cloud: Cloud, fields: Document) -> Document:
    """The one metastore, created from `fields` (name, region, owner, settings)."""
    made = create(cloud.store, Kind.METASTORE, Kind.METASTORE, fields["owner"], {"cloud": "azure", **fields})
    named = {**made, "name": fields.get("name") or "metastore_azure_local"}
    cloud.store.put(Kind.METASTORE, Kind.METASTORE, named)
    return named


def _link(store: Store, kind: Kind, full_name: str) -> Securable:
    document = require(store, kind, full_name)
    grants = store.get("grants", grants_key(kind, full_name)) or {}
    held = {principal: frozenset(privileges) for principal, privileges in grants.items()}
    return Securable(kind=kind, full_name=full_name, owner=document["owner"], grants=held)
