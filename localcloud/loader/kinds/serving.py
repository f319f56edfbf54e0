"""Endpoints, online stores, monitors, queries, alerts and their destinations."""

import time
from collections.abc import Callable
from typing import Any

from localcloud.loader.errors import LoadError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_ENDPOINTS = "/api/2.0/serving-endpoints"
_STORES = "/api/2.0/feature-store/online-stores"
_QUERIES = "/api/2.0/sql/queries"
_ALERTS = "/api/2.0/alerts"
_DESTINATIONS = "/api/2.0/notification-destinations"
_READY_WITHIN_S = 120
_POLL_S = 0.2
# Blocks that REST wants as one object, and a document writes as a list of one.
_SINGLE = ("inference_log", "snapshot", "time_series", "schedule", "notifications", "data_classification_config")


def _create_endpoint(call: Call) -> Attributes:
    body = call.body("name", "config", "ai_gateway", "tags", "description", "email_notifications", "route_optimized")
    made = call.session.post(_ENDPOINTS, body)
    _wait(call.session, made["name"])
    return {"id": made["name"], "serving_endpoint_id": made["id"]}


def _wait(session: Session, name: str) -> None:
    """Until the endpoint answers, as the provider does. Raises LoadError where it does not come up."""
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        state = session.get(f"{_ENDPOINTS}/{name}")["state"]
        if state["ready"] == "READY":
            return
        if state["config_update"] == "UPDATE_FAILED" or time.monotonic() > deadline:
            raise LoadError(f"endpoint {name} is not ready: {state}; see its served model's log")
        time.sleep(_POLL_S)


def _update_endpoint(call: Call, state: Attributes) -> Attributes:
    """Tags and gateway. What is served changes only where nothing ignores it, by making the endpoint again."""
    path = f"{_ENDPOINTS}/{state['id']}"
    wanted = call.arguments.get("tags", [])
    held = call.session.get(path).get("tags", [])
    gone = [tag["key"] for tag in held if tag["key"] not in {each["key"] for each in wanted}]
    call.session.patch(f"{path}/tags", {"add_tags": wanted, "delete_tags": gone})
    call.session.put(f"{path}/ai-gateway", call.arguments.get("ai_gateway", {}))
    return state


def _create_store(call: Call) -> Attributes:
    name = call.session.post(_STORES, call.body("name", "capacity", "read_replica_count"))["name"]
    return {"id": name, "name": name}


def _update_store(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_STORES}/{state['id']}", call.body("capacity", "read_replica_count"))
    return state


def _monitor(call: Call) -> tuple[str, dict[str, Any]]:
    body = {name: value for name, value in call.arguments.items() if name != "table_name"}
    single = {name: body[name][0] for name in _SINGLE if isinstance(body.get(name), list) and body[name]}
    return f"/api/2.1/unity-catalog/tables/{call.arguments['table_name']}/monitor", body | single


def _create_monitor(call: Call) -> Attributes:
    path, body = _monitor(call)
    call.session.post(path, body)
    return {"id": call.arguments["table_name"], "path": path}


def _update_monitor(call: Call, state: Attributes) -> Attributes:
    path, body = _monitor(call)
    call.session.put(path, body)
    return state


def _kept(path: str, wrapper: str | None = None) -> Kind:
    """A declared object that is kept under `path`; `wrapper` is the field that its body travels in."""

    def body(call: Call) -> dict[str, Any]:
        return {wrapper: dict(call.arguments), "update_mask": "*"} if wrapper else dict(call.arguments)

    def create(call: Call) -> Attributes:
        return {"id": call.session.post(path, body(call))["id"]}

    def update(call: Call, state: Attributes) -> Attributes:
        call.session.patch(f"{path}/{state['id']}", body(call))
        return state

    return Kind(create=create, update=update, delete=_deleter(path), replace_on=())


def _deleter(path: str) -> Callable[[Session, Attributes], object]:
    return lambda session, state: session.delete(f"{path}/{state['id']}")


KINDS = {
    "databricks_model_serving": Kind(create=_create_endpoint, update=_update_endpoint, delete=_deleter(_ENDPOINTS)),
    "databricks_online_store": Kind(create=_create_store, update=_update_store, delete=_deleter(_STORES)),
    "databricks_quality_monitor": Kind(
        create=_create_monitor,
        update=_update_monitor,
        delete=lambda session, state: session.delete(state["path"]),
        replace_on=("table_name",),
    ),
    "databricks_query": _kept(_QUERIES, "query"),
    "databricks_alert_v2": _kept(_ALERTS),
    "databricks_notification_destination": _kept(_DESTINATIONS),
}
