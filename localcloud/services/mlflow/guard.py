"""Checks an MLflow call before it is forwarded, and records what it created."""

from typing import Any

from localcloud.kernel import folders
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.mlflow import backend, tracking
from localcloud.services.mlflow.route_permissions import Call, Need

_CLOSED = (
    "The workspace model registry is disabled: models are registered in Unity Catalog. "
    "Set the registry URI to 'databricks-uc' (MLFLOW_REGISTRY_URI or mlflow.set_registry_uri)."
)


def check(cloud: Cloud, caller: Caller, call: Call) -> None:
    """Raise `ApiError` (400, 403, 404 or 501) unless the caller may make this call."""
    caller.require_workspace()
    match call.need:
        case Need.OPEN | Need.EXPERIMENT_SEARCH:
            return
        case Need.TRACK:
            tracking.require_call(cloud, caller, call)
        case Need.EXPERIMENT_CREATE:
            _require_default_location(call)
            _require_folder(cloud, caller, call.text("name"))
        case Need.EXPERIMENT_BY_NAME:
            _require_named_experiment(cloud, caller, call.text("experiment_name"))
        case Need.REGISTRY:
            raise ApiError(400, "FEATURE_DISABLED", _CLOSED)
        case Need.UNITY_CATALOG:
            raise ApiError(501, "NOT_IMPLEMENTED", f"The local cloud has no route {call.route}.")
        case Need.ADMIN:
            caller.require_admin(f"call MLflow's {call.route}")


def record(cloud: Cloud, caller: Caller, call: Call, answer: Document) -> None:
    """Record an experiment that a successful call created, for later checks."""
    if call.need is Need.EXPERIMENT_CREATE:
        tracking.remember_experiment(cloud, caller, str(answer["experiment_id"]), call.text("name"))


def filtered(cloud: Cloud, caller: Caller, call: Call, answer: Document) -> Document:
    """A search's answer without what the caller may not read."""
    if call.need is Need.EXPERIMENT_SEARCH:
        found = answer.get("experiments", [])
        kept = [e for e in found if tracking.allows(cloud, caller, e["experiment_id"], "CAN_READ")]
        return answer | {"experiments": kept}
    return answer


def _require_default_location(call: Call) -> None:
    if call.values.get("artifact_location"):
        raise bad_request("artifact_location cannot be chosen: artifacts are kept by the MLflow server.")


def _require_folder(cloud: Cloud, caller: Caller, name: str) -> None:
    """An experiment's name is a path in the workspace, below an existing folder that the caller may write."""
    path = folders.path_of(name)
    folder = path.rpartition("/")[0]
    is_there = folder in (folders.SHARED, f"{folders.HOMES}/{caller.principal}")
    if not is_there and cloud.store.get(folders.KIND, folders.key(caller.require_workspace().name, folder)) is None:
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Parent directory {folder or '/'} does not exist.")
    if not folders.allows(cloud, caller, path, "CAN_EDIT"):
        raise denied(f"{caller.display_name} may not create anything in {folder}.")


def _require_named_experiment(cloud: Cloud, caller: Caller, name: str) -> None:
    try:
        found: dict[str, Any] = backend.call(cloud, "GET", "experiments/get-by-name", {"experiment_name": name})
    except ApiError as error:
        if error.status != 404:
            raise
        return
    tracking.require(cloud, caller, found["experiment"]["experiment_id"], "CAN_READ")
