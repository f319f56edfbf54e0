"""Quality monitors: `/tables/{name}/monitor`. Stored as declared and ACTIVE; locally the monitoring job measures."""

import uuid

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/qualitymonitors")

router = APIRouter()
_PATH = "/tables/{full_name}/monitor"
_KINDS = ("snapshot", "time_series", "inference_log")


@router.post(_PATH)
def create(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a monitor of an existing table. The table's owner only."""
    name = _managed_table(cloud, caller, full_name)
    if cloud.store.get("monitor", name) is not None:
        raise ApiError(400, "ALREADY_EXISTS", f"Monitor for table '{name}' already exists.")
    output = required(body, "output_schema_name")
    records.require(cloud.store, Kind.SCHEMA, records.canonical(Kind.SCHEMA, output))
    _require_one_kind(body)
    return _keep(
        cloud, name, {**_computed(name, output), **body, "monitor_version": 0, "dashboard_id": uuid.uuid4().hex}
    )


@router.get(_PATH)
def get(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The monitor of a table."""
    name = records.canonical(Kind.TABLE, full_name)
    access.authorize_metadata(cloud, caller, Kind.TABLE, name)
    return _require(cloud, name)


@router.put(_PATH)
def update(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a monitor's settings and increase its version."""
    name = _managed_table(cloud, caller, full_name)
    current = _require(cloud, name)
    output = required(body, "output_schema_name")
    _require_one_kind(body)
    kept: Document = {field: current[field] for field in ("assets_dir", "dashboard_id") if field in current}
    version = int(current["monitor_version"]) + 1
    return _keep(cloud, name, {**_computed(name, output), **kept, **body, "monitor_version": version})


@router.delete(_PATH)
def delete(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a monitor. Its metric tables stay, as on Databricks."""
    name = _managed_table(cloud, caller, full_name)
    _require(cloud, name)
    cloud.store.delete("monitor", name)
    return {}


@router.get(f"{_PATH}/refreshes")
def list_refreshes(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """An empty list: no refresh runs locally."""
    get(full_name, cloud, caller)
    return {"refreshes": []}


def _managed_table(cloud: Cloud, caller: Caller, full_name: str) -> str:
    name = records.canonical(Kind.TABLE, full_name)
    access.authorize_management(cloud, caller, Kind.TABLE, name)
    return name


def _require(cloud: Cloud, name: str) -> Document:
    found = cloud.store.get("monitor", name)
    if found is None:
        raise not_found(f"Monitor for table '{name}' does not exist.")
    return found


def _require_one_kind(body: Document) -> None:
    given = [kind for kind in _KINDS if body.get(kind) is not None]
    if len(given) != 1:
        raise bad_request(f"A monitor needs exactly one of {', '.join(_KINDS)}; given: {', '.join(given) or 'none'}.")


def _computed(name: str, output: str) -> Document:
    stem = f"{output}.{name.rpartition('.')[2]}"
    return {
        "table_name": name,
        "status": "MONITOR_STATUS_ACTIVE",
        "profile_metrics_table_name": f"{stem}_profile_metrics",
        "drift_metrics_table_name": f"{stem}_drift_metrics",
        "created_at": now_ms(),
    }


def _keep(cloud: Cloud, name: str, document: Document) -> Document:
    cloud.store.put("monitor", name, document)
    return document
