"""Catalogs: `/catalogs`."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, bindings, changes, deletion, isolation, ownership, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/catalogs")

router = APIRouter(prefix="/catalogs")
_FIELDS = frozenset({"comment", "storage_root", "properties", "options", "isolation_mode"})
_CHANGEABLE = _FIELDS | {"owner", "enable_predictive_optimization"}
_MODES = ("OPEN", *bindings.ISOLATED)


@router.post("")
def create_catalog(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a catalog and, as Databricks does, its schema `default`. Needs CREATE_CATALOG on the metastore."""
    name = identifier("catalog", required(body, "name"))
    caller.require_workspace()
    records.ensure_metastore(cloud)
    access.authorize(cloud, caller, Kind.METASTORE, Kind.METASTORE, Privilege.CREATE_CATALOG)
    _check_mode(body)
    owner = ownership.initial_owner(cloud, caller, body)
    fields = changed({"catalog_type": "MANAGED_CATALOG", "isolation_mode": "OPEN"}, body, _FIELDS)
    with cloud.store.transaction():
        catalog = records.create(cloud.store, Kind.CATALOG, name, owner, fields)
        records.create(cloud.store, Kind.SCHEMA, f"{name}.default", owner, {"catalog_name": name})
        isolation.bind_own_workspace(cloud, caller, Kind.CATALOG, catalog)
    return catalog


@router.get("")
def list_catalogs(cloud: CloudDep, caller: CallerDep) -> Document:
    """The catalogs that the caller may see from this workspace, by name."""
    found = sorted(cloud.store.all(Kind.CATALOG), key=lambda c: str(c["name"]))
    return {"catalogs": [c for c in found if access.sees(cloud, caller, Kind.CATALOG, c["name"])]}


@router.get("/{name}")
def get_catalog(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One catalog."""
    return access.authorize_metadata(cloud, caller, Kind.CATALOG, identifier("catalog", name))


@router.patch("/{name}")
def update_catalog(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner, the comment, properties or isolation. Isolating binds the calling workspace."""
    name = identifier("catalog", name)
    access.authorize_management(cloud, caller, Kind.CATALOG, name)
    _check_mode(body)
    with cloud.store.transaction():
        current = records.require(cloud.store, Kind.CATALOG, name)
        new = changes.changed(cloud, current, body, *_CHANGEABLE, shown=current)
        isolation.bind_own_workspace(cloud, caller, Kind.CATALOG, new)
        return records.update(cloud.store, Kind.CATALOG, new, caller.principal)


@router.delete("/{name}")
def delete_catalog(name: str, cloud: CloudDep, caller: CallerDep, force: bool = False) -> Document:
    """Delete an empty catalog, or with `force` a catalog with all its contents and data."""
    name = identifier("catalog", name)
    access.authorize_management(cloud, caller, Kind.CATALOG, name)
    schemas = [s for s in records.children(cloud.store, Kind.SCHEMA, name) if s["name"] != "default"]
    if schemas and not force:
        raise ApiError(400, "CATALOG_NOT_EMPTY", f"Catalog '{name}' is not empty: it has {len(schemas)} schema(s).")
    deletion.drop(cloud, Kind.CATALOG, name)
    cloud.store.delete("binding", f"catalog:{name}")
    return {}


def _check_mode(body: Document) -> None:
    mode = body.get("isolation_mode") or "OPEN"
    if mode not in _MODES:
        raise bad_request(f"isolation_mode '{mode}' is not one of {', '.join(_MODES)}.")
