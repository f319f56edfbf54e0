"""AI/BI dashboards: `/api/2.0/lakeview/dashboards`. Stored as declared; they are not drawn locally."""

import hashlib

from fastapi import APIRouter
from pydantic_core import from_json

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.declared_objects import DeclaredObjects
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/lakeview")

router = APIRouter(prefix="/api/2.0/lakeview/dashboards")
_DASHBOARDS = DeclaredObjects(kind="dashboard", label="Dashboard", id_field="dashboard_id", object_type="dashboards")
_ONE = "/{dashboard_id}"


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a dashboard as a draft."""
    name = required(body, "display_name")
    _require_document(body)
    parent = body.get("parent_path") or f"/Users/{caller.principal}"
    defaults = {"lifecycle_state": "ACTIVE", "parent_path": parent, "path": f"{parent.rstrip('/')}/{name}.lvdash.json"}
    return _tagged(_DASHBOARDS.create(cloud, caller, body, defaults))


@router.get("")
def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
    """The dashboards of this workspace."""
    return {"dashboards": [_tagged(d) for d in _DASHBOARDS.all(cloud, caller)]}


@router.get(_ONE)
def get(dashboard_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One dashboard's draft."""
    return _tagged(_DASHBOARDS.get(cloud, caller, dashboard_id))


@router.patch(_ONE)
def update(dashboard_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the draft. A stale `etag` is refused, as on Databricks."""
    current = _tagged(_DASHBOARDS.get(cloud, caller, dashboard_id))
    if body.get("etag") not in (None, "", current["etag"]):
        raise ApiError(409, "RESOURCE_CONFLICT", "The dashboard was changed meanwhile: read it again.")
    _require_document(body)
    changes = {field: value for field, value in body.items() if field != "etag"}
    return _tagged(_DASHBOARDS.update(cloud, caller, dashboard_id, changes, None))


@router.delete(_ONE)
def trash(dashboard_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a dashboard and its published version."""
    cloud.store.delete("published_dashboard", dashboard_id)
    return _DASHBOARDS.delete(cloud, caller, dashboard_id)


@router.post(f"{_ONE}/published")
def publish(dashboard_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Publish the current draft."""
    draft = _DASHBOARDS.update(cloud, caller, dashboard_id, {}, None)
    published = {
        "display_name": draft["display_name"],
        "embed_credentials": bool(body.get("embed_credentials", True)),
        "warehouse_id": body.get("warehouse_id") or draft.get("warehouse_id"),
        "revision_create_time": draft["update_time"],
    }
    cloud.store.put("published_dashboard", dashboard_id, published)
    return published


@router.get(f"{_ONE}/published")
def get_published(dashboard_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The published version of a dashboard."""
    _DASHBOARDS.get(cloud, caller, dashboard_id)
    found = cloud.store.get("published_dashboard", dashboard_id)
    if found is None:
        raise not_found(f"Dashboard '{dashboard_id}' is not published.")
    return found


@router.delete(f"{_ONE}/published")
def unpublish(dashboard_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove the published version."""
    _DASHBOARDS.update(cloud, caller, dashboard_id, {}, None)
    cloud.store.delete("published_dashboard", dashboard_id)
    return {}


def _require_document(body: Document) -> None:
    """Raise `ApiError` 400 for a `serialized_dashboard` that is not the text of a JSON object."""
    text = body.get("serialized_dashboard")
    if text is None:
        return
    try:
        # Not Python's reader, which goes on into what is nested too deep for Python.
        read = from_json(text)
    except (TypeError, ValueError) as error:
        raise bad_request(f"serialized_dashboard is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise bad_request("serialized_dashboard is not a JSON object.")


def _tagged(dashboard: Document) -> Document:
    """The dashboard with an `etag` that changes with its content."""
    said = repr([dashboard.get(f) for f in ("display_name", "serialized_dashboard", "warehouse_id")])
    return {**dashboard, "etag": hashlib.sha256(said.encode()).hexdigest()[:16]}
