"""Which experiment a run, a logged model or an artifact belongs to, and who may do what there."""

import re

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.services.mlflow.rules import Call
from localcloud.services.unity import access, models
from localcloud.services.unity.privileges import Kind, Privilege

_ARTIFACT_SOURCE = re.compile(r"mlflow-artifacts:(?://[^/]*)?/(?P<path>(?P<experiment>\d+)/.+)")
_LOGGED_SOURCE = re.compile(r"models:/(?P<model_id>m-[0-9a-f]+)")
_VERSION_SOURCE = re.compile(r"models:/(?P<name>[^/]+)/(?P<version>\d+)")


def remember_experiment(cloud: Cloud, caller: Caller, experiment_id: str, path: str) -> None:
    """Record that an experiment belongs to the caller's workspace, and to the caller; its name is its `path`."""
    owner = {"workspace": caller.require_workspace().name, "created_by": caller.principal}
    cloud.store.put("experiment", experiment_id, owner)
    acl.create(cloud, caller, "experiments", experiment_id, path)


def allows(cloud: Cloud, caller: Caller, experiment_id: str, level: str) -> bool:
    """Whether the experiment is of the caller's workspace and they hold `level` on it. An admin holds all."""
    record = cloud.store.get("experiment", experiment_id)
    own = record is not None and record["workspace"] == caller.require_workspace().name
    return caller.is_admin or (own and acl.allows(cloud, caller, "experiments", experiment_id, level))


def require(cloud: Cloud, caller: Caller, experiment_id: str, level: str) -> None:
    """Raise `ApiError` 403 unless the caller holds `level` on the experiment."""
    if not allows(cloud, caller, experiment_id, level):
        raise denied(f"{caller.display_name} does not have {level} permissions on experiment {experiment_id}.")


def require_call(cloud: Cloud, caller: Caller, call: Call) -> None:
    """Raise `ApiError` 403 unless the caller holds `call.level` on every experiment that the call touches.

    Reading the artifacts of a registered version needs EXECUTE on its model instead. A call that names
    nothing is refused: there is nothing to check it by.
    """
    if caller.is_admin or _reads_a_model(cloud, caller, call):
        return
    experiments = set(call.experiments)
    experiments |= {experiment_of_run(cloud, run) for run in call.runs}
    experiments |= {experiment_of_logged_model(cloud, model) for model in call.logged_models}
    if not experiments:
        raise bad_request(f"MLflow's {call.route} must name an experiment or a run.")
    for experiment in sorted(experiments):
        require(cloud, caller, experiment, call.level)


def _reads_a_model(cloud: Cloud, caller: Caller, call: Call) -> bool:
    """Whether the call reads nothing but artifacts of registered versions that the caller may EXECUTE."""
    if call.level != "CAN_READ" or call.runs or (call.experiments and not call.artifact):
        return False
    paths = {call.artifact} if call.artifact else set()
    paths |= {artifact_of_logged_model(cloud, model) for model in call.logged_models}
    return bool(paths) and all(_executable(cloud, caller, path) for path in paths)


def _executable(cloud: Cloud, caller: Caller, artifact: str) -> bool:
    sealed = [s for s in cloud.store.all("sealed_artifact") if f"{artifact}/".startswith(f"{s['artifact']}/")]
    return any(access.allowed(cloud, caller, Kind.MODEL, s["model"], Privilege.EXECUTE) for s in sealed)


def experiment_of_run(cloud: Cloud, run_id: str) -> str:
    """The experiment that a run belongs to. Raises `ApiError` 404."""
    run = models.call(cloud, "GET", "runs/get", {"run_id": run_id})["run"]
    return str(run["info"]["experiment_id"])


def experiment_of_logged_model(cloud: Cloud, model_id: str) -> str:
    """The experiment that a logged model belongs to. Raises `ApiError` 404."""
    return str(_logged_model(cloud, model_id)["experiment_id"])


def artifact_of_logged_model(cloud: Cloud, model_id: str) -> str:
    """The artifact path of a logged model, below the server's artifact root. Raises `ApiError` 404."""
    location = _logged_model(cloud, model_id)["artifact_uri"]
    found = _ARTIFACT_SOURCE.fullmatch(location)
    if found is None:
        raise bad_request(f"Logged model '{model_id}' is kept outside the MLflow server: {location}.")
    return found["path"].rstrip("/")


def require_source(cloud: Cloud, caller: Caller, source: str) -> str | None:
    """Check that a model version may be made from `source`; its artifact path, or None for a copied version.

    Allowed: artifacts and logged models of the own workspace, and versions of models that the caller may
    EXECUTE. Raises `ApiError` 400 for any other kind of source, 403 for a foreign one.
    """
    copied = _VERSION_SOURCE.fullmatch(source)
    if copied:
        access.authorize(cloud, caller, Kind.MODEL, copied["name"], Privilege.EXECUTE)
        return None
    logged = _LOGGED_SOURCE.fullmatch(source)
    location = _logged_model(cloud, logged["model_id"])["artifact_uri"] if logged else source
    found = _ARTIFACT_SOURCE.fullmatch(location)
    if found is None:
        raise bad_request(f"source '{source}' is not allowed: log the model to an experiment and register that.")
    require(cloud, caller, found["experiment"], "CAN_READ")
    return found["path"].rstrip("/")


def seal(cloud: Cloud, artifact: str, model: str) -> None:
    """From now on nobody changes the artifacts below `artifact`: a registered version points there."""
    cloud.store.put("sealed_artifact", artifact, {"artifact": artifact, "model": model})


def require_unsealed(cloud: Cloud, artifact: str) -> None:
    """Raise `ApiError` 403 when `artifact` lies in, or holds, artifacts of a registered version."""
    for sealed in cloud.store.all("sealed_artifact"):
        path = sealed["artifact"]
        if artifact == path or artifact.startswith(f"{path}/") or path.startswith(f"{artifact}/"):
            raise denied(f"The artifacts of a registered version of '{sealed['model']}' cannot be changed.")


def _logged_model(cloud: Cloud, model_id: str) -> dict[str, str]:
    answer = models.call(cloud, "GET", f"logged-models/{model_id}")
    info = answer.get("model", {}).get("info")
    if info is None:
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Logged model '{model_id}' does not exist.")
    found: dict[str, str] = info
    return found
