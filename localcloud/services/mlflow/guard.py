"""Checking one MLflow call before it is passed on, and recording what it created afterwards."""

from typing import Any

from localcloud.kernel import folders, names
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.mlflow import tags, tracking
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
            _require_folder(cloud, caller, call.text("name"))
        case Need.EXPERIMENT_BY_NAME:
            _require_named_experiment(cloud, caller, call.text("experiment_name"))
        case Need.ADMIN:
            caller.require_admin(f"call MLflow's {call.route}")
        case _:
            _check_model(cloud, caller, call)


def record(cloud: Cloud, caller: Caller, call: Call, answer: Document) -> None:
    """Remember what a successful call created, so that later calls can be checked by it."""
    if call.need is Need.EXPERIMENT_CREATE:
        tracking.remember_experiment(cloud, caller, str(answer["experiment_id"]), call.text("name"))
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
            _require_tagging(cloud, caller, name, call.values.get("tags") or [])
            tracking.require_source(cloud, caller, call.text("source"))
        case Need.VERSION_EDIT:
            if call.route.endswith("tag"):
                _require_tagging(cloud, caller, name, [dict(call.values)])
            else:
                access.authorize_management(cloud, caller, Kind.MODEL, name)
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


def _require_tagging(cloud: Cloud, caller: Caller, name: str, given: list[Document]) -> None:
    """Tags of versions: whoever manages the model, or holds APPLY_TAG on it. Raises `ApiError` 400 or 403."""
    if not given:
        return
    tags.require_allowed(given)
    access.require_binding(cloud, caller, Kind.MODEL, name, write=True)
    if not caller.is_admin and not privileges.manages(caller.identities, records.chain(cloud.store, Kind.MODEL, name)):
        access.authorize(cloud, caller, Kind.MODEL, name, Privilege.APPLY_TAG)


def _require_default_location(call: Call) -> None:
    if call.values.get("artifact_location"):
        raise bad_request("artifact_location cannot be chosen: artifacts are kept by the MLflow server.")


def _require_folder(cloud: Cloud, caller: Caller, name: str) -> None:
    """An experiment lies at its name in the workspace, in a folder that is there and that the caller may write."""
    path = folders.path_of(name)
    folder = path.rpartition("/")[0]
    is_there = folder in (folders.SHARED, f"{folders.HOMES}/{caller.principal}")
    if not is_there and cloud.store.get(folders.KIND, folders.key(caller.require_workspace().name, folder)) is None:
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Parent directory {folder or '/'} does not exist.")
    if not folders.allows(cloud, caller, path, "CAN_EDIT"):
        raise denied(f"{caller.display_name} may not create anything in {folder}.")


def _require_named_experiment(cloud: Cloud, caller: Caller, name: str) -> None:
    try:
        found: dict[str, Any] = models.call(cloud, "GET", "experiments/get-by-name", {"experiment_name": name})
    except ApiError as error:
        if error.status != 404:
            raise
        return
    tracking.require(cloud, caller, found["experiment"]["experiment_id"], "CAN_READ")
