"""The experiment of a run, logged model or artifact, and the caller's permissions on it."""

import re

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.services.mlflow import backend
from localcloud.services.mlflow.route_permissions import Call

_LOGGED_MODEL = re.compile(r"m-[0-9a-f]+")


def remember_experiment(cloud: Cloud, caller: Caller, experiment_id: str, path: str) -> None:
    """Record that an experiment belongs to the caller and the caller's workspace; its name is its `path`."""
    owner = {"workspace": caller.require_workspace().name, "created_by": caller.principal}
    cloud.store.put("experiment", experiment_id, owner)
    acl.create(cloud, caller, "experiments", experiment_id, path)


def allows(cloud: Cloud, caller: Caller, experiment_id: str, level: str) -> bool:
    """Whether the experiment is in the caller's workspace and the caller has `level` on it. Admins have all levels."""
    record = cloud.store.get("experiment", experiment_id)
    own = record is not None and record["workspace"] == caller.require_workspace().name
    return caller.is_admin or (own and acl.allows(cloud, caller, "experiments", experiment_id, level))


def require(cloud: Cloud, caller: Caller, experiment_id: str, level: str) -> None:
    """Raise `ApiError` 403 unless the caller holds `level` on the experiment."""
    if not allows(cloud, caller, experiment_id, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on experiment {experiment_id}.")


def require_call(cloud: Cloud, caller: Caller, call: Call) -> None:
    """Raise `ApiError` 403 unless the caller holds `call.level` on every experiment that the call touches.

    A call that names nothing is refused: there is nothing to check it by.
    """
    if caller.is_admin:
        return
    experiments = set(call.experiments)
    experiments |= {experiment_of_run(cloud, run) for run in call.runs}
    experiments |= {experiment_of_logged_model(cloud, model) for model in call.logged_models}
    if not experiments:
        raise bad_request(f"MLflow's {call.route} must name an experiment or a run.")
    for experiment in sorted(experiments):
        require(cloud, caller, experiment, call.level)


def require_logged_model(cloud: Cloud, caller: Caller, model_id: str) -> None:
    """Raise `ApiError` unless the caller may read the logged model: 400 for no id, 403, 404."""
    if not _LOGGED_MODEL.fullmatch(model_id):
        raise bad_request(f"model_id '{model_id}' is not a logged model.")
    require(cloud, caller, experiment_of_logged_model(cloud, model_id), "CAN_READ")


def experiment_of_run(cloud: Cloud, run_id: str) -> str:
    """The experiment that a run belongs to. Raises `ApiError` 404."""
    known = _known(cloud)
    if run_id not in known:
        run = backend.call(cloud, "GET", "runs/get", {"run_id": run_id})["run"]
        known[run_id] = str(run["info"]["experiment_id"])
    return known[run_id]


def experiment_of_logged_model(cloud: Cloud, model_id: str) -> str:
    """The experiment that a logged model belongs to. Raises `ApiError` 404."""
    known = _known(cloud)
    if model_id not in known:
        info = backend.call(cloud, "GET", f"logged-models/{model_id}").get("model", {}).get("info")
        if info is None:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Logged model '{model_id}' does not exist.")
        known[model_id] = str(info["experiment_id"])
    return known[model_id]


def _known(cloud: Cloud) -> dict[str, str]:
    """The experiment of each requested run and logged model. It never changes, and every call needs it."""
    known: dict[str, str] = cloud.parts.setdefault("experiments_of_runs", {})
    return known
