"""Data quality monitors: `/api/data-quality/v1/monitors`. Stored as declared; locally the monitoring job measures.

They replace `/tables/{name}/monitor`, and refer to their table and output schema by id.
"""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/dataquality")

router = APIRouter(prefix="/api/data-quality/v1/monitors")
_KIND = "data_quality_monitor"
_OBJECTS = {"table": Kind.TABLE, "schema": Kind.SCHEMA}
_PROFILES = ("snapshot", "time_series", "inference_log")


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a monitor of an existing table or schema. The object's owner only."""
    object_type, object_id = required(body, "object_type", "object_id")
    name = _managed(cloud, caller, object_type, object_id)
    key = f"{object_type}/{object_id}"
    if cloud.store.get(_KIND, key) is not None:
        raise exists(f"Monitor for {object_type} '{name}' already exists.")
    return _keep(cloud, key, name, {"object_type": object_type, "object_id": object_id}, body)


@router.get("/{object_type}/{object_id}")
def get(object_type: str, object_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The monitor of an object."""
    kind, name = _object(cloud, object_type, object_id)
    access.authorize_metadata(cloud, caller, kind, name)
    return _require(cloud, object_type, object_id)


@router.patch("/{object_type}/{object_id}")
def update(object_type: str, object_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a monitor's settings. The object's owner only."""
    name = _managed(cloud, caller, object_type, object_id)
    current = _require(cloud, object_type, object_id)
    return _keep(cloud, f"{object_type}/{object_id}", name, current, body)


@router.delete("/{object_type}/{object_id}")
def delete(object_type: str, object_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a monitor. Its metric tables stay, as on Databricks."""
    _managed(cloud, caller, object_type, object_id)
    _require(cloud, object_type, object_id)
    cloud.store.delete(_KIND, f"{object_type}/{object_id}")
    return {}


def _object(cloud: Cloud, object_type: str, object_id: str) -> tuple[Kind, str]:
    """Kind and full name of the object that a monitor observes."""
    if object_type not in _OBJECTS:
        raise bad_request(f"object_type '{object_type}' is not one of {', '.join(_OBJECTS)}.")
    kind = _OBJECTS[object_type]
    found = next((one for one in cloud.store.all(kind) if one["id"] == object_id), None)
    if found is None:
        raise not_found(f"{object_type.capitalize()} with id '{object_id}' does not exist.")
    return kind, str(found["full_name"])


def _managed(cloud: Cloud, caller: Caller, object_type: str, object_id: str) -> str:
    kind, name = _object(cloud, object_type, object_id)
    access.authorize_management(cloud, caller, kind, name)
    return name


def _require(cloud: Cloud, object_type: str, object_id: str) -> Document:
    found = cloud.store.get(_KIND, f"{object_type}/{object_id}")
    if found is None:
        raise not_found(f"Monitor for {object_type} '{object_id}' does not exist.")
    return found


def _keep(cloud: Cloud, key: str, name: str, current: Document, body: Document) -> Document:
    """Store `current` updated with `body` and generated fields. Refuses a profile that is not of exactly one kind."""
    profile = body.get("data_profiling_config")
    document = {**current, **{field: body[field] for field in ("anomaly_detection_config",) if field in body}}
    if profile:
        document["data_profiling_config"] = {**profile, **_computed(cloud, name, profile)}
    cloud.store.put(_KIND, key, document)
    return document


def _computed(cloud: Cloud, name: str, profile: Document) -> Document:
    given = [kind for kind in _PROFILES if profile.get(kind) is not None]
    if len(given) != 1:
        raise bad_request(
            f"A profile needs exactly one of {', '.join(_PROFILES)}; given: {', '.join(given) or 'none'}."
        )
    _, output = _object(cloud, "schema", required(profile, "output_schema_id"))
    stem = f"{output}.{name.rpartition('.')[2]}"
    return {
        "monitored_table_name": name,
        "status": "DATA_PROFILING_STATUS_ACTIVE",
        "profile_metrics_table_name": f"{stem}_profile_metrics",
        "drift_metrics_table_name": f"{stem}_drift_metrics",
    }
