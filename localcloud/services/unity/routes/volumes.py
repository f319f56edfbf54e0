"""Volumes: `/volumes`. All lie under `<home>/volumes/<catalog>/<schema>/<volume>`, external ones too."""

from pathlib import Path

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, changes, deletion, ownership, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/volumes")

router = APIRouter(prefix="/volumes")


@router.post("")
def create_volume(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a volume and its folder. Needs CREATE_VOLUME on the schema.

    An external volume returns its declared location, but its files are stored here as well; a temporary credential
    says where.
    """
    parts = required(body, "catalog_name", "schema_name", "name")
    catalog, schema, name = (identifier("volume", part) for part in parts)
    kind, declared = body.get("volume_type", "MANAGED"), body.get("storage_location")
    if kind not in ("MANAGED", "EXTERNAL") or (kind == "EXTERNAL") != bool(declared):
        raise bad_request(f"volume_type '{kind}' with storage_location '{declared}': an EXTERNAL volume has one.")
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_VOLUME)
    owner = ownership.initial_owner(cloud, caller, body)
    location = cloud.volumes / catalog / schema / name
    fields = changed({"catalog_name": catalog, "schema_name": schema}, body, frozenset({"comment"}))
    fields |= {"volume_type": kind, "storage_location": str(location)}
    fields |= {"declared_location": declared} if declared else {}
    volume = records.create(cloud.store, Kind.VOLUME, f"{catalog}.{schema}.{name}", owner, fields)
    location.mkdir(parents=True, exist_ok=True)
    return _shown(volume)


@router.get("")
def list_volumes(catalog_name: str, schema_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The volumes of a schema that the caller may see."""
    schema = records.canonical(Kind.SCHEMA, f"{catalog_name}.{schema_name}")
    access.authorize(cloud, caller, Kind.SCHEMA, schema)
    found = records.children(cloud.store, Kind.VOLUME, schema)
    return {"volumes": [_shown(v) for v in found if access.sees(cloud, caller, Kind.VOLUME, v["full_name"])]}


@router.get("/{full_name}")
def get_volume(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One volume with `volume_id` and `storage_location`. Creates its folder if missing."""
    volume = access.authorize_metadata(cloud, caller, Kind.VOLUME, records.canonical(Kind.VOLUME, full_name))
    Path(volume["storage_location"]).mkdir(parents=True, exist_ok=True)
    return _shown(volume)


@router.patch("/{full_name}")
def update_volume(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner or the comment."""
    full_name = records.canonical(Kind.VOLUME, full_name)
    access.authorize_management(cloud, caller, Kind.VOLUME, full_name)
    current = records.require(cloud.store, Kind.VOLUME, full_name)
    new = changes.changed(cloud, current, body, "comment", "owner", shown=_shown(current))
    return _shown(records.update(cloud.store, Kind.VOLUME, new, caller.principal))


@router.delete("/{full_name}")
def delete_volume(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a volume and its files."""
    full_name = records.canonical(Kind.VOLUME, full_name)
    access.authorize_management(cloud, caller, Kind.VOLUME, full_name)
    deletion.drop(cloud, Kind.VOLUME, full_name)
    return {}


def _shown(volume: Document) -> Document:
    """The volume as returned to clients: with its declared location."""
    public = {field: value for field, value in volume.items() if field != "declared_location"}
    declared = {"storage_location": volume["declared_location"]} if volume.get("declared_location") else {}
    return {**public, **declared, "volume_id": volume["id"]}
