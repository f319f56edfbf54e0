"""Registered models: `/models`, their aliases and versions."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, changes, deletion, model_events, models, ownership, records, versions
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/registeredmodels")

router = APIRouter(prefix="/models")
_WRITTEN = ("catalog_name", "schema_name", "name", "comment", "owner", "storage_location")
_ALIAS = "/{full_name}/aliases/{alias}"


@router.post("")
def create_model(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a model. Needs CREATE_MODEL on the schema."""
    parts = required(only(body, *_WRITTEN), "catalog_name", "schema_name", "name")
    catalog, schema, name = (identifier("model", part) for part in parts)
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_MODEL)
    owner = ownership.initial_owner(cloud, caller, body)
    full_name = f"{catalog}.{schema}.{name}"
    fields = changed({"catalog_name": catalog, "schema_name": schema}, body, frozenset({"comment", "storage_location"}))
    document = records.create(cloud.store, Kind.MODEL, full_name, owner, fields)
    model_events.record(cloud.store, model_events.CREATED, document["full_name"])
    return document


@router.get("")
def list_models(
    cloud: CloudDep, caller: CallerDep, catalog_name: str | None = None, schema_name: str | None = None
) -> Document:
    """The models that the caller may see, in one schema or in all."""
    found = [
        m
        for m in cloud.store.all(Kind.MODEL)
        if catalog_name in (None, m["catalog_name"]) and schema_name in (None, m["schema_name"])
    ]
    return {"registered_models": [m for m in found if access.sees(cloud, caller, Kind.MODEL, m["full_name"])]}


@router.get("/{full_name}")
def get_model(full_name: str, cloud: CloudDep, caller: CallerDep, include_aliases: bool = False) -> Document:
    """One model; with `include_aliases`, also its aliases with their versions."""
    full_name = records.canonical(Kind.MODEL, full_name)
    document = access.authorize_metadata(cloud, caller, Kind.MODEL, full_name)
    named = models.aliases(cloud.store, full_name) if include_aliases else {}
    held = [{"alias_name": alias, "version_num": number} for alias, number in named.items()]
    return {**document, "aliases": held} if include_aliases else document


@router.patch("/{full_name}")
def update_model(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner or the comment. Renaming is refused: MLflow, grants, endpoints and jobs refer to the name."""
    if body.get("new_name"):
        raise bad_request(f"Model '{full_name}' keeps its name: register its versions as '{body['new_name']}'.")
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    current = records.require(cloud.store, Kind.MODEL, full_name)
    new = changes.changed(cloud, current, body, "comment", "owner", shown=current)
    return records.update(cloud.store, Kind.MODEL, new, caller.principal)


@router.delete("/{full_name}")
def delete_model(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a model with all its versions."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    deletion.drop(cloud, Kind.MODEL, full_name)
    return {}


@router.put(_ALIAS)
def set_alias(full_name: str, alias: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Point `alias` at `version_num`. The model's owner only."""
    full_name = records.canonical(Kind.MODEL, full_name)
    number = int(required(body, "version_num"))
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    models.set_alias(cloud.store, full_name, alias, number)
    return {"alias_name": alias, "version_num": number}


@router.delete(_ALIAS)
def delete_alias(full_name: str, alias: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove `alias`. The model's owner only."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    models.delete_alias(cloud.store, full_name, alias)
    return {}


@router.get(_ALIAS)
def get_by_alias(full_name: str, alias: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The model version that `alias` points at. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return models.as_unity(cloud.store, models.by_alias(cloud.store, full_name, alias))


@router.get("/{full_name}/versions")
def list_versions(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """All versions, newest first. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    found = versions.of_model(cloud.store, full_name)
    return {"model_versions": [models.as_unity(cloud.store, document) for document in found]}


@router.get("/{full_name}/versions/{version}")
def get_version(full_name: str, version: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """One version. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return models.as_unity(cloud.store, versions.require(cloud.store, full_name, version))
