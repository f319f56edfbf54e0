"""Checking one MLflow call before it is passed on, and recording what it created afterwards."""

from typing import Any

from localcloud.kernel import names
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.mlflow import tracking
from localcloud.services.mlflow.rules import Call, Need
from localcloud.services.unity import access, models, privileges, records
from localcloud.services.unity.privileges import Kind, Privilege


def check(cloud: Cloud, caller: Caller, call: Call) -> None:
    """Raise `ApiError` (400, 403 or 404) unless the caller may make this call."""
    caller.require_workspace()
    match call.need:
        case Need.OPEN | Need.EXPERIMENT_SEARCH | Need.MODEL_SEARCH:
            return
        case Need.TRACK | Need.ARTIFACT_READ:
            tracking.require_call(cloud, caller, call)
        case Need.ARTIFACT_WRITE:
            tracking.require_call(cloud, caller, call)
            tracking.require_unsealed(cloud, call.artifact)
        case Need.LOGGED_MODEL_DELETE:
            tracking.require_call(cloud, caller, call)
            for model in call.logged_models:
                tracking.require_unsealed(cloud, tracking.artifact_of_logged_model(cloud, model))
        case Need.EXPERIMENT_CREATE:
            _require_default_location(call)
        case Need.EXPERIMENT_BY_NAME:
            _require_named_experiment(cloud, caller, call.text("experiment_name"))
        case Need.ADMIN:
            caller.require_admin(f"call MLflow's {call.route}")
        case _:
            _check_model(cloud, caller, call)


def record(cloud: Cloud, caller: Caller, call: Call, answer: Document) -> None:
    """Remember what a successful call created, so that later calls can be checked by it."""
    if call.need is Need.EXPERIMENT_CREATE:
        tracking.remember_experiment(cloud, caller, str(answer["experiment_id"]))
    if call.need is Need.VERSION_CREATE:
        created = answer["model_version"]
        key = f"{created['name']}/{created['version']}"
        cloud.store.put("model_version", key, {"created_by": caller.principal})
        artifact = tracking.require_source(cloud, caller, call.text("source"))
        if artifact is not None:
            tracking.seal(cloud, artifact, created["name"])
    if call.need is Need.MODEL_MANAGE and call.route == "registered-models/delete":
        records.remove(cloud.store, Kind.MODEL, call.text("name"))


def filtered(cloud: Cloud, caller: Caller, call: Call, answer: Document) -> Document:
    """A search's answer without what the caller may not read."""
    if call.need is Need.EXPERIMENT_SEARCH:
        found = answer.get("experiments", [])
        kept = [e for e in found if tracking.allows(cloud, caller, e["experiment_id"], "CAN_READ")]
        return answer | {"experiments": kept}
    if call.need is Need.MODEL_SEARCH:
        return answer | {
            field: [i for i in answer[field] if access.allowed(cloud, caller, Kind.MODEL, i["name"], Privilege.EXECUTE)]
            for field in ("registered_models", "model_versions")
            if field in answer
        }
    return answer


def _check_model(cloud: Cloud, caller: Caller, call: Call) -> None:
    name = model_name(call)
    match call.need:
        case Need.MODEL_CREATE:
            _require_absent(cloud, caller, name)
            access.authorize(cloud, caller, Kind.SCHEMA, name.rpartition(".")[0], Privilege.CREATE_MODEL)
        case Need.MODEL_READ:
            access.authorize(cloud, caller, Kind.MODEL, name, Privilege.EXECUTE)
        case Need.MODEL_MANAGE:
            access.authorize_management(cloud, caller, Kind.MODEL, name)
        case Need.VERSION_CREATE:
            access.authorize(cloud, caller, Kind.MODEL, name, Privilege.CREATE_MODEL_VERSION)
            tracking.require_source(cloud, caller, call.text("source"))
        case Need.VERSION_EDIT:
            _require_edit(cloud, caller, name, call.text("version"))
        case _:
            raise denied(f"MLflow's {call.route} is not open here.")


def model_name(call: Call) -> str:
    """The call's model as `catalog.schema.model`. Raises `ApiError` 400 for any other form."""
    name = call.text("name")
    if ".".join(names.levels(name, 3)) != name:
        raise bad_request(f"Model name '{name}' must be in lower case: catalog.schema.model.")
    return name


def _require_absent(cloud: Cloud, caller: Caller, name: str) -> None:
    """MLflow's `register_model` always tries to create first, and goes on when told the model is there."""
    if cloud.store.get(Kind.MODEL, name) is not None and access.sees(cloud, caller, Kind.MODEL, name):
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Registered Model '{name}' already exists.")


def _require_edit(cloud: Cloud, caller: Caller, name: str, version: str) -> None:
    """Tags and description: the model's managers always; a version's creator until an alias points at it."""
    access.require_binding(cloud, caller, Kind.MODEL, name, write=True)
    chain = records.chain(cloud.store, Kind.MODEL, name)
    created = cloud.store.get("model_version", f"{name}/{version}") or {}
    if created.get("created_by") != caller.principal or caller.is_admin:
        access.authorize_management(cloud, caller, Kind.MODEL, name)
        return
    if privileges.manages(caller.identities, chain):
        return
    access.authorize(cloud, caller, Kind.MODEL, name, Privilege.CREATE_MODEL_VERSION)
    pointing = [a["alias_name"] for a in models.aliases(cloud, name) if str(a["version_num"]) == version]
    if pointing:
        raise denied(f"User is not an owner of {chain[-1].label}, and alias '{pointing[0]}' points at {version}.")


def _require_default_location(call: Call) -> None:
    if call.values.get("artifact_location"):
        raise bad_request("artifact_location cannot be chosen: artifacts are kept by the MLflow server.")


def _require_named_experiment(cloud: Cloud, caller: Caller, name: str) -> None:
    try:
        found: dict[str, Any] = models.call(cloud, "GET", "experiments/get-by-name", {"experiment_name": name})
    except ApiError as error:
        if error.status != 404:
            raise
        return
    tracking.require(cloud, caller, found["experiment"]["experiment_id"], "CAN_READ")
