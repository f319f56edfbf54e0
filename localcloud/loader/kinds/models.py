"""Experiments, serving endpoints, quality monitors, online stores and database instances."""

from typing import Any

from localcloud.loader.errors import NotFoundError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_EXPERIMENTS = "/api/2.0/mlflow/experiments"
_ENDPOINTS = "/api/2.0/serving-endpoints"
_INSTANCES = "/api/2.0/database/instances"
_SYNCED = "/api/2.0/database/synced_tables"
_DATA_QUALITY = "/api/data-quality/v1/monitors"
_ONLINE_STORES = "/api/2.0/feature-store/online-stores"
_ENDPOINT = ("name", "config", "tags", "ai_gateway", "description", "email_notifications", "route_optimized")
# Blocks that occur at most once, which the provider's schema does not show.
_ALONE = ("inference_log", "time_series", "snapshot", "schedule", "notifications", "data_classification_config")


def _create_experiment(call: Call) -> Attributes:
    identifier = call.session.post(f"{_EXPERIMENTS}/create", call.body("name"))["experiment_id"]
    return {"id": identifier, "experiment_id": identifier}


def _find_experiment(call: Call) -> Attributes | None:
    try:
        found = call.session.get(f"{_EXPERIMENTS}/get-by-name", experiment_name=call.arguments["name"])["experiment"]
    except NotFoundError:
        return None
    return {"id": found["experiment_id"], "experiment_id": found["experiment_id"]}


def _delete_experiment(session: Session, state: Attributes) -> None:
    session.post(f"{_EXPERIMENTS}/delete", {"experiment_id": state["id"]})


def _endpoint(found: dict[str, Any]) -> Attributes:
    return {"id": found["name"], "serving_endpoint_id": found["id"]}


def _create_endpoint(call: Call) -> Attributes:
    body = call.body(*_ENDPOINT)
    return _endpoint(call.session.post(_ENDPOINTS, body))


def _find_endpoint(call: Call) -> Attributes | None:
    try:
        return _endpoint(call.session.get(f"{_ENDPOINTS}/{call.arguments['name']}"))
    except NotFoundError:
        return None


def _update_endpoint(call: Call, state: Attributes) -> Attributes:
    path = f"{_ENDPOINTS}/{state['id']}"
    config = call.arguments.get("config") or {}
    # Without entities the promotion job controls it: `lifecycle.ignore_changes` removed them.
    if config.get("served_entities"):
        call.session.put(f"{path}/config", config)
    if "ai_gateway" in call.arguments:
        call.session.put(f"{path}/ai-gateway", call.arguments["ai_gateway"])
    if "email_notifications" in call.arguments:
        call.session.put(f"{path}/notifications", call.arguments["email_notifications"])
    tags = call.arguments.get("tags", [])
    gone = {tag["key"] for tag in call.session.get(path).get("tags", [])} - {tag["key"] for tag in tags}
    call.session.patch(f"{path}/tags", {"add_tags": tags, "delete_tags": sorted(gone)})
    return state


def _monitor_path(call: Call) -> str:
    return f"/api/2.1/unity-catalog/tables/{call.arguments['table_name']}/monitor"


def _monitor_body(call: Call) -> dict[str, Any]:
    body = call.rest("table_name")
    alone = {name: body[name][0] for name in _ALONE if isinstance(body.get(name), list) and body[name]}
    return body | alone


def _monitor(call: Call, found: dict[str, Any]) -> Attributes:
    computed = ("profile_metrics_table_name", "drift_metrics_table_name", "dashboard_id", "status")
    return {"id": call.arguments["table_name"], "path": _monitor_path(call)} | {
        name: found[name] for name in computed if name in found
    }


def _create_monitor(call: Call) -> Attributes:
    return _monitor(call, call.session.post(_monitor_path(call), _monitor_body(call)))


def _find_monitor(call: Call) -> Attributes | None:
    try:
        return _monitor(call, call.session.get(_monitor_path(call)))
    except NotFoundError:
        return None


def _quality_path(call: Call) -> str:
    return f"{_DATA_QUALITY}/{call.arguments['object_type']}/{call.arguments['object_id']}"


def _quality(call: Call) -> Attributes:
    return {"id": call.arguments["object_id"], "path": _quality_path(call)}


def _create_quality(call: Call) -> Attributes:
    call.session.post(_DATA_QUALITY, dict(call.arguments))
    return _quality(call)


def _update_quality(call: Call, _: Attributes) -> Attributes:
    call.session.patch(_quality_path(call), call.rest("object_type", "object_id"))
    return _quality(call)


def _find_quality(call: Call) -> Attributes | None:
    try:
        call.session.get(_quality_path(call))
    except NotFoundError:
        return None
    return _quality(call)


def _create_instance(call: Call) -> Attributes:
    return {"id": call.session.post(_INSTANCES, dict(call.arguments))["name"], "name": call.arguments["name"]}


def _find_instance(call: Call) -> Attributes | None:
    try:
        name = call.session.get(f"{_INSTANCES}/{call.arguments['name']}")["name"]
    except NotFoundError:
        return None
    return {"id": name, "name": name}


def _update_instance(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_INSTANCES}/{state['id']}", call.rest("name"))
    return state


def _create_synced(call: Call) -> Attributes:
    return _synced(call.session.post(_SYNCED, dict(call.arguments)))


def _find_synced(call: Call) -> Attributes | None:
    try:
        return _synced(call.session.get(f"{_SYNCED}/{call.arguments['name']}"))
    except NotFoundError:
        return None


def _synced(answer: Attributes) -> Attributes:
    computed = ("effective_database_instance_name", "effective_logical_database_name", "data_synchronization_status")
    return {"id": answer["name"], **{name: answer[name] for name in computed}}


def _create_store(call: Call) -> Attributes:
    return {"id": call.session.post(_ONLINE_STORES, dict(call.arguments))["name"]}


def _find_store(call: Call) -> Attributes | None:
    try:
        return {"id": call.session.get(f"{_ONLINE_STORES}/{call.arguments['name']}")["name"]}
    except NotFoundError:
        return None


def _update_store(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_ONLINE_STORES}/{state['id']}", call.rest("name"))
    return state


KINDS = {
    "databricks_mlflow_experiment": Kind(
        create=_create_experiment, find=_find_experiment, delete=_delete_experiment, replace_on=("name",)
    ),
    "databricks_model_serving": Kind(
        create=_create_endpoint,
        update=_update_endpoint,
        find=_find_endpoint,
        delete=lambda session, state: session.delete(f"{_ENDPOINTS}/{state['id']}"),
        replace_on=("name", "route_optimized"),
    ),
    "databricks_quality_monitor": Kind(
        create=_create_monitor,
        update=lambda call, _: _monitor(call, call.session.put(_monitor_path(call), _monitor_body(call))),
        find=_find_monitor,
        delete=lambda session, state: session.delete(state["path"]),
        replace_on=("table_name", "assets_dir"),
        identity=("table_name",),
    ),
    "databricks_data_quality_monitor": Kind(
        create=_create_quality,
        update=_update_quality,
        find=_find_quality,
        delete=lambda session, state: session.delete(state["path"]),
        replace_on=("object_type", "object_id"),
        identity=("object_type", "object_id"),
    ),
    "databricks_database_instance": Kind(
        create=_create_instance,
        update=_update_instance,
        find=_find_instance,
        delete=lambda session, state: session.delete(f"{_INSTANCES}/{state['id']}"),
        replace_on=("name",),
    ),
    "databricks_database_synced_database_table": Kind(
        create=_create_synced,
        find=_find_synced,
        delete=lambda session, state: session.delete(f"{_SYNCED}/{state['id']}"),
        replace_on=("name", "database_instance_name", "logical_database_name", "spec"),
    ),
    "databricks_online_store": Kind(
        create=_create_store,
        update=_update_store,
        find=_find_store,
        delete=lambda session, state: session.delete(f"{_ONLINE_STORES}/{state['id']}"),
        replace_on=("name",),
    ),
}
