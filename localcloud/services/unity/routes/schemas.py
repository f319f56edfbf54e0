"""Schemas: `/schemas`."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, changes, deletion, ownership, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/schemas")

router = APIRouter(prefix="/schemas")
_FIELDS = frozenset({"comment", "storage_root", "properties"})
_CHANGEABLE = _FIELDS | {"owner", "enable_predictive_optimization"}


@router.post("")
def create_schema(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a schema. Needs CREATE_SCHEMA on the catalog."""
    name, catalog = required(body, "name", "catalog_name")
    catalog = identifier("catalog", catalog)
    access.authorize(cloud, caller, Kind.CATALOG, catalog, Privilege.CREATE_SCHEMA)
    owner = ownership.initial_owner(cloud, caller, body)
    fields = changed({"catalog_name": catalog, "catalog_type": "MANAGED_CATALOG"}, body, _FIELDS)
    return records.create(cloud.store, Kind.SCHEMA, f"{catalog}.{identifier('schema', name)}", owner, fields)


@router.get("")
def list_schemas(catalog_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The schemas of a catalog that the caller may see."""
    access.authorize_metadata(cloud, caller, Kind.CATALOG, identifier("catalog", catalog_name))
    found = records.children(cloud.store, Kind.SCHEMA, catalog_name.lower())
    return {"schemas": [s for s in found if access.sees(cloud, caller, Kind.SCHEMA, s["full_name"])]}


@router.get("/{full_name}")
def get_schema(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One schema, named `catalog.schema`."""
    found = access.authorize_metadata(cloud, caller, Kind.SCHEMA, records.canonical(Kind.SCHEMA, full_name))
    return {**found, "schema_id": found["id"]}


@router.patch("/{full_name}")
def update_schema(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner, the comment or properties."""
    full_name = records.canonical(Kind.SCHEMA, full_name)
    access.authorize_management(cloud, caller, Kind.SCHEMA, full_name)
    current = records.require(cloud.store, Kind.SCHEMA, full_name)
    new = changes.changed(cloud, current, body, *_CHANGEABLE, shown=current)
    return records.update(cloud.store, Kind.SCHEMA, new, caller.principal)


@router.delete("/{full_name}")
def delete_schema(full_name: str, cloud: CloudDep, caller: CallerDep, force: bool = False) -> Document:
    """Delete an empty schema, or with `force` a schema with all its contents and data."""
    full_name = records.canonical(Kind.SCHEMA, full_name)
    access.authorize_management(cloud, caller, Kind.SCHEMA, full_name)
    held = [d for kind in records.CHILDREN[Kind.SCHEMA] for d in records.children(cloud.store, kind, full_name)]
    if held and not force:
        names = ", ".join(d["name"] for d in held[:5])
        raise ApiError(400, "SCHEMA_NOT_EMPTY", f"Schema '{full_name}' is not empty: it holds {names}.")
    deletion.drop(cloud, Kind.SCHEMA, full_name)
    return {}
