"""Grants on securables, and permissions on workspace objects. Each sets the complete rights."""

from localcloud.loader.errors import LoadError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_SECURABLES = {
    "catalog": "catalog",
    "schema": "schema",
    "table": "table",
    "volume": "volume",
    "model": "function",
    "function": "function",
    "external_location": "external_location",
    "storage_credential": "storage_credential",
    "metastore": "metastore",
}
# The argument with the object's id, and the object's type in the route.
_OBJECTS = {
    "job_id": "jobs",
    "pipeline_id": "pipelines",
    "cluster_policy_id": "cluster-policies",
    "instance_pool_id": "instance-pools",
    "experiment_id": "experiments",
    "sql_endpoint_id": "sql/warehouses",
    "directory_path": "directories",
    "serving_endpoint_id": "serving-endpoints",
    "database_instance_name": "database-instances",
    "registered_model_id": "registered-models",
    "repo_id": "repos",
    "dashboard_id": "dashboards",
    "authorization": "authorization",
}


def _one_of(call: Call, known: dict[str, str]) -> tuple[str, str]:
    named = [name for name in known if name in call.arguments]
    if len(named) != 1:
        raise LoadError(f"it names {named or 'no object'}; exactly one of {', '.join(known)} is needed")
    return known[named[0]], str(call.arguments[named[0]])


def _grant_all(call: Call) -> Attributes:
    path = _securable_path(call)
    _set_grants(
        call.session, path, {row["principal"]: _privileges(row["privileges"]) for row in call.arguments["grant"]}
    )
    return {"id": path}


def _set_grants(session: Session, path: str, wanted: dict[str, set[str]], only: str | None = None) -> None:
    """Set the direct grants at `path` to `wanted`: for all principals, or `only` for one."""
    rows = session.get(path).get("privilege_assignments", [])
    held = {row["principal"]: set(row["privileges"]) for row in rows if only in (None, row["principal"])}
    changes = [
        {"principal": principal, "add": sorted(add), "remove": sorted(remove)}
        for principal in sorted(wanted.keys() | held.keys())
        if (add := wanted.get(principal, set()) - held.get(principal, set()))
        | (remove := held.get(principal, set()) - wanted.get(principal, set()))
    ]
    if changes:
        session.patch(path, {"changes": changes})


def _privileges(given: list[str]) -> set[str]:
    """In the provider's spelling: a document may write `all privileges` without a change in the plan."""
    return {"_".join(text.replace("_", " ").upper().split()) for text in given}


def _securable_path(call: Call) -> str:
    return "/api/2.1/unity-catalog/permissions/{}/{}".format(*_one_of(call, _SECURABLES))


def _grant_one(call: Call) -> Attributes:
    """One principal's grants; other principals' grants are left alone."""
    path, principal = _securable_path(call), call.arguments["principal"]
    _set_grants(call.session, path, {principal: _privileges(call.arguments["privileges"])}, only=principal)
    return {"id": f"{path}/{principal}", "path": path}


def _permit(call: Call) -> Attributes:
    kind, identifier = _one_of(call, _OBJECTS)
    if "directory_path" in call.arguments:
        # Like the provider: permissions use the directory's id.
        identifier = str(call.session.get("/api/2.0/workspace/get-status", path=identifier)["object_id"])
    path = f"/api/2.0/permissions/{kind}/{identifier.lstrip('/')}"
    call.session.put(path, {"access_control_list": call.arguments["access_control"]})
    return {"id": path}


KINDS = {
    "databricks_grants": Kind(
        create=_grant_all,
        update=lambda call, _: _grant_all(call),
        delete=lambda session, state: _set_grants(session, state["id"], {}),
        replace_on=tuple(_SECURABLES),
        identity=tuple(_SECURABLES),
    ),
    "databricks_grant": Kind(
        create=_grant_one,
        update=lambda call, _: _grant_one(call),
        delete=lambda session, state: _set_grants(session, state["path"], {}, only=state["principal"]),
        replace_on=(*_SECURABLES, "principal"),
        identity=(*_SECURABLES, "principal"),
    ),
    "databricks_permissions": Kind(
        create=_permit,
        update=lambda call, _: _permit(call),
        delete=lambda session, state: session.put(state["id"], {"access_control_list": []}),
        replace_on=tuple(_OBJECTS),
        identity=tuple(_OBJECTS),
    ),
}
