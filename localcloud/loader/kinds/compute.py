"""Cluster policies, instance pools, warehouses, jobs and pipelines."""

from collections.abc import Callable
from typing import Any

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_POLICIES = "/api/2.0/policies/clusters"
_POOLS = "/api/2.0/instance-pools"
_WAREHOUSES = "/api/2.0/sql/warehouses"
_JOBS = "/api/2.2/jobs"
_PIPELINES = "/api/2.0/pipelines"
# Terraform names a repeated block in the singular, REST the list in the plural.
_PLURALS = {
    "task": "tasks",
    "job_cluster": "job_clusters",
    "parameter": "parameters",
    "environment": "environments",
    "library": "libraries",
}
# Waiting options, and arguments with another name in REST.
_OWN = ("always_running", "control_run_state", "job_id")


def named(path: str, listed: str, id_field: str, name_field: str = "name") -> Callable[[Call], Attributes | None]:
    """Finds an object by its name in the list at `path`."""

    def find(call: Call) -> Attributes | None:
        wanted = call.arguments[name_field]
        held = call.session.get(path).get(listed, [])
        return next(({"id": str(found[id_field])} for found in held if found.get(name_field) == wanted), None)

    return find


def _by_verbs(path: str, id_field: str, find: Callable[[Call], Attributes | None], name_field: str) -> Kind:
    """A type whose routes are verbs: `create`, `edit`, `delete`."""

    def create(call: Call) -> Attributes:
        found = call.session.post(f"{path}/create", call.rest())
        return {"id": found[id_field], id_field: found[id_field]}

    def edit(call: Call, state: Attributes) -> Attributes:
        call.session.post(f"{path}/edit", {**call.rest(), id_field: state["id"]})
        return {"id": state["id"], id_field: state["id"]}

    def delete(session: Session, state: Attributes) -> None:
        session.post(f"{path}/delete", {id_field: state["id"]})

    return Kind(create=create, update=edit, delete=delete, find=find, identity=(name_field,))


def _create_warehouse(call: Call) -> Attributes:
    return {"id": call.session.post(_WAREHOUSES, call.rest())["id"]}


def _edit_warehouse(call: Call, state: Attributes) -> Attributes:
    call.session.post(f"{_WAREHOUSES}/{state['id']}/edit", call.rest())
    return state


def job_settings(arguments: Any) -> Any:
    """A job's arguments in REST's form: repeated blocks in the plural, ids as numbers."""
    if isinstance(arguments, list):
        return [job_settings(inner) for inner in arguments]
    if not isinstance(arguments, dict):
        return arguments
    settings = {_plural(name, value): job_settings(value) for name, value in arguments.items()}
    if "job_id" in settings:
        settings["job_id"] = int(settings["job_id"])
    return settings


def _plural(name: str, value: Any) -> str:
    return _PLURALS.get(name, name) if isinstance(value, list) else name


def _create_job(call: Call) -> Attributes:
    found = call.session.post(f"{_JOBS}/create", job_settings(call.rest(*_OWN)))
    return {"id": str(found["job_id"])}


def _reset_job(call: Call, state: Attributes) -> Attributes:
    body = {"job_id": int(state["id"]), "new_settings": job_settings(call.rest(*_OWN))}
    call.session.post(f"{_JOBS}/reset", body)
    if call.arguments.get("control_run_state") and call.arguments.get("continuous"):
        # Like the provider: the current run has the old settings, so it is ended, and the next one follows.
        call.session.post(f"{_JOBS}/runs/cancel-all", {"job_id": int(state["id"])})
    return state


def _find_job(call: Call) -> Attributes | None:
    held = call.session.get(f"{_JOBS}/list", name=call.arguments["name"]).get("jobs", [])
    return {"id": str(held[0]["job_id"])} if held else None


def _delete_job(session: Session, state: Attributes) -> None:
    session.post(f"{_JOBS}/delete", {"job_id": int(state["id"])})


def _pipeline_settings(call: Call) -> dict[str, Any]:
    """A pipeline's arguments in REST's form: repeated blocks in the plural."""
    plurals = {"library": "libraries", "notification": "notifications", "cluster": "clusters"}
    return {plurals.get(name, name): value for name, value in call.rest().items()}


def _create_pipeline(call: Call) -> Attributes:
    return {"id": call.session.post(_PIPELINES, _pipeline_settings(call))["pipeline_id"]}


def _update_pipeline(call: Call, state: Attributes) -> Attributes:
    call.session.put(f"{_PIPELINES}/{state['id']}", _pipeline_settings(call))
    return state


def _find_pipeline(call: Call) -> Attributes | None:
    held = call.session.get(_PIPELINES, filter=f"name LIKE '{call.arguments['name']}'").get("statuses", [])
    return {"id": held[0]["pipeline_id"]} if held else None


KINDS = {
    "databricks_cluster_policy": _by_verbs(
        _POLICIES, "policy_id", named(f"{_POLICIES}/list", "policies", "policy_id"), "name"
    ),
    "databricks_instance_pool": _by_verbs(
        _POOLS,
        "instance_pool_id",
        named(f"{_POOLS}/list", "instance_pools", "instance_pool_id", "instance_pool_name"),
        "instance_pool_name",
    ),
    "databricks_sql_endpoint": Kind(
        create=_create_warehouse,
        update=_edit_warehouse,
        find=named(_WAREHOUSES, "warehouses", "id"),
        delete=lambda session, state: session.delete(f"{_WAREHOUSES}/{state['id']}"),
    ),
    "databricks_pipeline": Kind(
        create=_create_pipeline,
        update=_update_pipeline,
        find=_find_pipeline,
        delete=lambda session, state: session.delete(f"{_PIPELINES}/{state['id']}"),
        replace_on=("catalog",),
    ),
    "databricks_job": Kind(create=_create_job, update=_reset_job, find=_find_job, delete=_delete_job),
}
