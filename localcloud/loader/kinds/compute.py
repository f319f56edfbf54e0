"""Cluster policies, warehouses, jobs and the folders of a workspace."""

from typing import Any

from localcloud.loader.kinds.kind import Attributes, Call, Kind, keep
from localcloud.loader.session import Session

_POLICIES = "/api/2.0/policies/clusters"
_JOBS = "/api/2.2/jobs"
_WAREHOUSES = "/api/2.0/sql/warehouses"
# Terraform names a repeated block in the singular, REST the list in the plural.
_PLURALS = {
    "task": "tasks",
    "job_cluster": "job_clusters",
    "parameter": "parameters",
    "environment": "environments",
    "library": "libraries",
}
_POLICY = ("name", "definition", "description", "max_clusters_per_user")
_WAREHOUSE = (
    *("name", "cluster_size", "auto_stop_mins", "min_num_clusters", "max_num_clusters"),
    *("warehouse_type", "enable_serverless_compute", "tags", "channel", "spot_instance_policy"),
)


def _create_policy(call: Call) -> Attributes:
    found = call.session.post(f"{_POLICIES}/create", call.body(*_POLICY))
    return {"id": found["policy_id"], "policy_id": found["policy_id"]}


def _edit_policy(call: Call, state: Attributes) -> Attributes:
    call.session.post(f"{_POLICIES}/edit", {"policy_id": state["id"], **call.body(*_POLICY)})
    return state


def _create_warehouse(call: Call) -> Attributes:
    return {"id": call.session.post(_WAREHOUSES, call.body(*_WAREHOUSE))["id"]}


def _edit_warehouse(call: Call, state: Attributes) -> Attributes:
    call.session.post(f"{_WAREHOUSES}/{state['id']}/edit", call.body(*_WAREHOUSE))
    return state


def job_settings(arguments: Any) -> Any:
    """A job's arguments as REST wants them: repeated blocks in the plural, ids as numbers."""
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
    found = call.session.post(f"{_JOBS}/create", job_settings(dict(call.arguments)))
    return {"id": str(found["job_id"])}


def _reset_job(call: Call, state: Attributes) -> Attributes:
    body = {"job_id": int(state["id"]), "new_settings": job_settings(dict(call.arguments))}
    call.session.post(f"{_JOBS}/reset", body)
    return state


def _make_directory(call: Call) -> Attributes:
    path = call.arguments["path"]
    call.session.post("/api/2.0/workspace/mkdirs", {"path": path})
    return {"id": path, "path": path}


def _delete_job(session: Session, state: Attributes) -> None:
    session.post(f"{_JOBS}/delete", {"job_id": int(state["id"])})


KINDS = {
    "databricks_cluster_policy": Kind(
        create=_create_policy,
        update=_edit_policy,
        delete=lambda session, state: session.post(f"{_POLICIES}/delete", {"policy_id": state["id"]}),
        replace_on=(),
    ),
    "databricks_sql_endpoint": Kind(
        create=_create_warehouse,
        update=_edit_warehouse,
        delete=lambda session, state: session.delete(f"{_WAREHOUSES}/{state['id']}"),
        replace_on=(),
    ),
    "databricks_job": Kind(create=_create_job, update=_reset_job, delete=_delete_job, replace_on=()),
    "databricks_directory": Kind(create=_make_directory, delete=keep),
}
