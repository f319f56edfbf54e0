"""The states of an endpoint's document: created, updating, ready, failed. Pure.

`config` is what answers now, `pending_config` what it is being changed to. `state.ready` says whether it
answers at all; `state.config_update` how the last change went; `inference_table` where calls are recorded.
"""

import uuid
from typing import Any

from localcloud.kernel.clock import now_ms
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document

CREATING, READY, FAILED = "DEPLOYMENT_CREATING", "DEPLOYMENT_READY", "DEPLOYMENT_FAILED"
IN_PROGRESS, NOT_UPDATING, UPDATE_FAILED = "IN_PROGRESS", "NOT_UPDATING", "UPDATE_FAILED"
# Fields of the document that only the local cloud needs.
_PRIVATE = frozenset({"workspace", "next_config_version", "inference_table"})
_ECHOED = (
    "tags",
    "ai_gateway",
    "description",
    "budget_policy_id",
    "route_optimized",
    "email_notifications",
)


def created(workspace: str, name: str, creator: str, config: Document, body: Document) -> Document:
    """A new endpoint that is being started. `config` is normalised; the rest of `body` is stored as given."""
    now = now_ms()
    document: Document = {
        "workspace": workspace,
        "id": uuid.uuid4().hex,
        "name": name,
        "creator": creator,
        "creation_timestamp": now,
        "last_updated_timestamp": now,
        "next_config_version": 1,
        "state": {"ready": "NOT_READY", "config_update": NOT_UPDATING},
        **{field: body[field] for field in _ECHOED if body.get(field) is not None},
    }
    return updating(document, config, creator)


def updating(document: Document, config: Document, by: str) -> Document:
    """`document` on its way to `config`. Raises `ApiError` 409 during another update."""
    if document["state"]["config_update"] == IN_PROGRESS:
        raise ApiError(
            409, "RESOURCE_CONFLICT", f"Endpoint '{document['name']}' is being updated: wait until it is not."
        )
    now, number = now_ms(), document["next_config_version"]
    entities = [
        {
            **entity,
            "id": uuid.uuid4().hex,
            "creator": by,
            "creation_timestamp": now,
            "state": _deployment(CREATING, "Loading the model."),
        }
        for entity in config["served_entities"]
    ]
    pending = {**config, "served_entities": entities, "config_version": number, "start_time": now}
    return {
        **document,
        "pending_config": pending,
        "next_config_version": number + 1,
        "last_updated_timestamp": now,
        "state": {**document["state"], "config_update": IN_PROGRESS},
    }


def updated(document: Document) -> Document:
    """The document after the pending configuration became live."""
    pending = {k: v for k, v in document["pending_config"].items() if k != "start_time"}
    entities = [{**entity, "state": _deployment(READY, "")} for entity in pending["served_entities"]]
    rest = {k: v for k, v in document.items() if k != "pending_config"}
    return {
        **rest,
        "config": {**pending, "served_entities": entities},
        "state": {"ready": "READY", "config_update": NOT_UPDATING},
    }


def failed(document: Document, reasons: dict[str, str]) -> Document:
    """The document after the pending configuration failed; the earlier one still answers.

    `reasons` maps the name of each served entity that failed to why.
    """
    pending = document["pending_config"]
    entities = [
        {**entity, "state": _deployment(FAILED, reasons[entity["name"]])}
        if entity["name"] in reasons
        else {**entity, "state": _deployment("DEPLOYMENT_ABORTED", "Another served entity failed.")}
        for entity in pending["served_entities"]
    ]
    return {
        **document,
        "pending_config": {**pending, "served_entities": entities},
        "state": {**document["state"], "config_update": UPDATE_FAILED},
    }


def changed_tags(document: Document, add: list[Document], delete: list[str]) -> Document:
    """The endpoint with tags added (replacing those of the same key) and deleted."""
    tags = {tag["key"]: tag for tag in document.get("tags", [])} | {tag["key"]: tag for tag in add}
    return {**document, "tags": [tag for key, tag in tags.items() if key not in delete]}


def shown(document: Document, permission_level: str) -> Document:
    """The endpoint as returned by the REST API."""
    public = {field: value for field, value in document.items() if field not in _PRIVATE}
    return {**public, "permission_level": permission_level}


def summary(document: Document) -> Document:
    """The endpoint as returned in a list."""
    public = {k: v for k, v in document.items() if k not in _PRIVATE | {"pending_config", "config"}}
    return {**public, "config": document.get("config") or {}} if document.get("config") else public


def _deployment(state: str, message: str) -> dict[str, Any]:
    return {"deployment": state, "deployment_state_message": message}
