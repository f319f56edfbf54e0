"""Registered models: `/models`, their aliases and versions. MLflow holds the versions."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.store import Document
from localcloud.parity import Level, Parity
from localcloud.services.unity import access, deletion, models, ownership, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/registeredmodels")

router = APIRouter(prefix="/models")
_ALIAS = "/{full_name}/aliases/{alias}"


@router.post("")
def create_model(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create the model here and in MLflow. Needs CREATE_MODEL on the schema."""
    parts = required(body, "catalog_name", "schema_name", "name")
    catalog, schema, name = (identifier("model", part) for part in parts)
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_MODEL)
    owner = ownership.initial_owner(cloud, caller, body)
    full_name = f"{catalog}.{schema}.{name}"
    fields = changed({"catalog_name": catalog, "schema_name": schema}, body, frozenset({"comment"}))
    with cloud.lock:
        document = records.create(cloud.store, Kind.MODEL, full_name, owner, fields)
        try:
            models.create(cloud, full_name, body.get("comment", ""))
        except Exception:
            records.remove(cloud.store, Kind.MODEL, full_name)
            raise
    return document


@router.get("")
def list_models(
    cloud: CloudDep, caller: CallerDep, catalog_name: str | None = None, schema_name: str | None = None
) -> Document:
    """The models that the caller may see, of one schema or of all."""
    found = [
        m
        for m in cloud.store.all(Kind.MODEL)
        if catalog_name in (None, m["catalog_name"]) and schema_name in (None, m["schema_name"])
    ]
    return {"registered_models": [m for m in found if access.sees(cloud, caller, Kind.MODEL, m["full_name"])]}


@router.get("/{full_name}")
def get_model(full_name: str, cloud: CloudDep, caller: CallerDep, include_aliases: bool = False) -> Document:
    """One model; with `include_aliases`, what each alias points at."""
    full_name = records.canonical(Kind.MODEL, full_name)
    document = access.authorize_metadata(cloud, caller, Kind.MODEL, full_name)
    return {**document, "aliases": models.aliases(cloud, full_name)} if include_aliases else document


@router.patch("/{full_name}")
def update_model(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner or the comment."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    current = records.require(cloud.store, Kind.MODEL, full_name)
    new = changed(current, ownership.checked_changes(cloud, body), frozenset({"comment", "owner"}))
    if "comment" in body:
        change = {"name": full_name, "description": body["comment"]}
        models.call(cloud, "PATCH", "registered-models/update", change)
    return records.update(cloud.store, Kind.MODEL, new, caller.principal)


@router.delete("/{full_name}")
def delete_model(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete the model with all its versions."""
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
    change = {"name": full_name, "alias": alias, "version": str(number)}
    models.call(cloud, "POST", "registered-models/alias", change)
    return {"alias_name": alias, "version_num": number}


@router.delete(_ALIAS)
def delete_alias(full_name: str, alias: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove `alias`. The model's owner only."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize_management(cloud, caller, Kind.MODEL, full_name)
    models.call(cloud, "DELETE", "registered-models/alias", {"name": full_name, "alias": alias})
    return {}


@router.get(_ALIAS)
def get_by_alias(full_name: str, alias: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The model version that `alias` points at. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    answer = models.call(cloud, "GET", "registered-models/alias", {"name": full_name, "alias": alias})
    return models.as_unity(full_name, answer["model_version"])


@router.get("/{full_name}/versions")
def list_versions(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """All versions, newest first. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return {"model_versions": models.versions(cloud, full_name)}


@router.get("/{full_name}/versions/{version}")
def get_version(full_name: str, version: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """One version. Needs EXECUTE."""
    full_name = records.canonical(Kind.MODEL, full_name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return models.version(cloud, full_name, version)
