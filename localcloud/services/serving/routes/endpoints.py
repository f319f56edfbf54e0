"""Serving endpoints: `/api/2.0/serving-endpoints`. They run real models: see `localcloud.services.serving`."""

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving import config, endpoints, environment, gateway, service
from localcloud.services.serving.inference import place
from localcloud.services.unity import access
from localcloud.services.unity.privileges import Kind, Privilege
from localcloud.services.workspace.routes import secrets

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/servingendpoints")

router = APIRouter(prefix="/api/2.0/serving-endpoints")
_TYPE = "serving-endpoints"
_SETTINGS = {"notifications": "email_notifications", "telemetry-config": "telemetry_config"}


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create an endpoint and start it. Needs EXECUTE on the models. The caller gets CAN_MANAGE."""
    workspace = caller.require_workspace().name
    name = config.endpoint_name(required(body, "name"))
    wanted = config.normalised(required(body, "config"))
    if body.get("rate_limits"):
        raise _old_limits()
    given = {**body, "ai_gateway": gateway.checked(body["ai_gateway"])} if body.get("ai_gateway") else body
    _authorize(cloud, caller, wanted)
    table = place.table_name(name, given.get("ai_gateway"))
    document = {**endpoints.created(workspace, name, caller.principal, wanted, given), "inference_table": table}
    with cloud.store.transaction():
        if cloud.store.get("serving_endpoint_name", f"{workspace}/{name}") is not None:
            raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Endpoint with name '{name}' already exists.")
        cloud.store.put("serving_endpoint_name", f"{workspace}/{name}", {"id": document["id"]})
        cloud.store.put(service.KIND, document["id"], document)
        acl.create(cloud, caller, _TYPE, document["id"])
        if table:
            place.make(cloud, caller, table, document["creator"])
    service.of(cloud).begin(document)
    return endpoints.shown(document, "CAN_MANAGE")


@router.get("")
def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
    """The endpoints of this workspace that the caller may view."""
    workspace = caller.require_workspace().name
    own = [d for d in cloud.store.all(service.KIND) if d["workspace"] == workspace]
    return {"endpoints": [endpoints.summary(d) for d in own if _level(cloud, caller, d) is not None]}


@router.get("/{name}")
def get(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One endpoint with its state. Needs CAN_VIEW."""
    document = _find(cloud, caller, name, "CAN_VIEW")
    return endpoints.shown(document, _level(cloud, caller, document) or "CAN_VIEW")


@router.put("/{name}/config")
def update_config(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the served entities or the traffic. The old configuration answers until the new one is ready."""
    document = _find(cloud, caller, name, "CAN_MANAGE")
    wanted = config.normalised(body, document.get("config") or document.get("pending_config"))
    _authorize(cloud, caller, wanted)
    with cloud.store.transaction():
        changing = endpoints.updating(cloud.store.require(service.KIND, document["id"]), wanted, caller.principal)
        cloud.store.put(service.KIND, document["id"], changing)
    service.of(cloud).begin(changing)
    return endpoints.shown(changing, "CAN_MANAGE")


@router.delete("/{name}")
def delete(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete an endpoint and end its processes."""
    document = _find(cloud, caller, name, "CAN_MANAGE")
    with cloud.store.transaction():
        cloud.store.delete("serving_endpoint_name", f"{document['workspace']}/{name}")
        cloud.store.delete(service.KIND, document["id"])
        acl.delete(cloud, _TYPE, document["id"])
    service.of(cloud).forget(document)
    return {}


@router.patch("/{name}/tags")
def patch_tags(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Add and delete tags of an endpoint."""
    document = _find(cloud, caller, name, "CAN_MANAGE")
    new = endpoints.changed_tags(document, body.get("add_tags") or [], body.get("delete_tags") or [])
    _change(cloud, document, {"tags": new["tags"]})
    return {"tags": new["tags"]}


@router.put("/{name}/rate-limits")
def put_rate_limits(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """The older rate limits, which custom models do not support: only an empty list is accepted."""
    _find(cloud, caller, name, "CAN_MANAGE")
    if body.get("rate_limits"):
        raise _old_limits()
    return {"rate_limits": []}


@router.put("/{name}/ai-gateway")
def put_ai_gateway(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace the AI gateway settings, from the next request on. A new inference table needs CREATE_TABLE."""
    document = _find(cloud, caller, name, "CAN_MANAGE")
    checked = gateway.checked(body)
    before, after = document.get("inference_table"), place.table_name(name, checked)
    place.require_unmoved(before, after)
    with cloud.store.transaction():
        if after and not before:
            place.make(cloud, caller, after, document["creator"])
        _change(cloud, document, {"ai_gateway": checked, "inference_table": after})
    return checked


@router.put("/{name}/{setting}")
@router.patch("/{name}/{setting}")
def put_setting(name: str, setting: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace notification or telemetry settings. Stored, without any effect."""
    if setting not in _SETTINGS:
        known = ", ".join(("config", "tags", "ai-gateway", *_SETTINGS))
        raise bad_request(f"'{setting}' is not a setting of an endpoint; known: {known}.")
    document = _find(cloud, caller, name, "CAN_MANAGE")
    _change(cloud, document, {_SETTINGS[setting]: body})
    return body


@router.get("/{name}/served-models/{served_name}/logs")
def get_logs(name: str, served_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The log of the served model's process."""
    document = _find(cloud, caller, name, "CAN_MANAGE")
    return {"logs": service.of(cloud).log(document, served_name)}


def _old_limits() -> ApiError:
    return bad_request("rate_limits are not available for custom models: set ai_gateway.rate_limits.")


def _find(cloud: Cloud, caller: Caller, name: str, level: str) -> Document:
    document = service.of(cloud).find(caller.require_workspace().name, name)
    acl.require(cloud, caller, _TYPE, document["id"], level)
    return document


def _level(cloud: Cloud, caller: Caller, document: Document) -> str | None:
    """The strongest level that the caller holds."""
    held = [level for level in acl.levels(_TYPE) if acl.allows(cloud, caller, _TYPE, document["id"], level)]
    return held[-1] if held else None


def _authorize(cloud: Cloud, caller: Caller, wanted: Document) -> None:
    """Check EXECUTE on every model and specification, SELECT on every feature table, READ on secrets."""
    for entity in wanted["served_entities"]:
        name, version = entity["entity_name"], entity["entity_version"]
        # Rights on functions are their schema's here.
        place = (Kind.MODEL, name) if version else (Kind.SCHEMA, name.rpartition(".")[0])
        access.authorize(cloud, caller, *place, Privilege.EXECUTE)
        artifact = service.of(cloud).artifact(entity["entity_name"], entity["entity_version"], fresh=True)
        for scope, key in environment.references(entity):
            secrets.get_secret(scope, key, cloud, caller)
        for table in artifact.tables:
            access.authorize(cloud, caller, Kind.TABLE, table, Privilege.SELECT)


def _change(cloud: Cloud, document: Document, changes: Document) -> None:
    """Change fields that do not conflict with a running update."""
    with cloud.store.transaction():
        current = cloud.store.require(service.KIND, document["id"])
        cloud.store.put(service.KIND, document["id"], current | changes)
