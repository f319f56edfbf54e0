"""Pipelines: `/api/2.0/pipelines`. The list includes those that publishing a table creates."""

import re
import uuid

from fastapi import APIRouter, Depends

from localcloud.kernel import acl, query
from localcloud.kernel.body import JsonBody, only
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import rule_sets
from localcloud.services.jobs.runner import runner_of
from localcloud.services.pipelines import records, settings, tables, updates
from localcloud.services.serving.online import pipelines as copies
from localcloud.services.serving.online import tables as online_tables

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/pipelines")

router = APIRouter(prefix="/api/2.0/pipelines", dependencies=[Depends(query.require_known)])
_BY_NAME = re.compile(r"name LIKE '([^']*)'", re.IGNORECASE)
_ASIDE = ("id", "pipeline_id", "access_control_list", "dry_run", "expected_last_modified")


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a pipeline with a name unique in its workspace; its settings are checked. Returns `pipeline_id`."""
    pipeline_id, workspace = str(uuid.uuid4()), caller.require_workspace().name
    document = {
        "pipeline_id": pipeline_id,
        "workspace": workspace,
        "creator": caller.principal,
        "created_ms": now_ms(),
    }
    with cloud.store.transaction():
        made = _checked(cloud, caller, document, body)
        _require_own_name(cloud, made)
        if body.get("dry_run"):
            return {"effective_settings": made["spec"]}
        cloud.store.put(records.KIND, pipeline_id, made)
        acl.create(cloud, caller, "pipelines", pipeline_id)
    return {"pipeline_id": pipeline_id}


@router.get("")
def list_pipelines(cloud: CloudDep, caller: CallerDep, filter: str = "", max_results: int = 100) -> Document:
    """The pipelines that the caller may view, newest first; `filter` is `name LIKE '…'`."""
    wanted = _BY_NAME.fullmatch(filter) if filter else None
    if filter and wanted is None:
        raise bad_request(f"filter {filter!r} is not understood: give name LIKE '…'.")
    pattern = re.compile(re.escape(wanted[1]).replace("%", ".*") if wanted else ".*", re.DOTALL)
    workspace = caller.require_workspace().name
    found = [
        pipeline
        for pipeline in reversed(cloud.store.having(records.KIND, workspace=workspace))
        if pattern.fullmatch(pipeline["spec"]["name"])
        and acl.allows(cloud, caller, "pipelines", pipeline["pipeline_id"], "CAN_VIEW")
    ]
    shown = [records.shown(cloud, pipeline) for pipeline in found[: max(0, max_results)]]
    return {"statuses": [{name: value for name, value in each.items() if name != "spec"} for each in shown]}


@router.get("/{pipeline_id}")
def get(pipeline_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One pipeline with its settings and updates, newest first. Needs CAN_VIEW."""
    if _is_copy(cloud, pipeline_id):
        return copies.shown(_copy(cloud, caller, pipeline_id))
    return records.shown(cloud, require(cloud, caller, pipeline_id, "CAN_VIEW"))


@router.put("/{pipeline_id}")
def update(pipeline_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace all of a pipeline's settings. Needs CAN_MANAGE. A running update keeps its settings."""
    pipeline = require(cloud, caller, pipeline_id, "CAN_MANAGE")
    with cloud.store.transaction():
        changed = _checked(cloud, caller, pipeline, body)
        _require_own_name(cloud, changed)
        cloud.store.put(records.KIND, pipeline_id, changed)
    return {}


@router.delete("/{pipeline_id}")
def delete(pipeline_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a pipeline with its tables, and stop a running update. Needs CAN_MANAGE."""
    require(cloud, caller, pipeline_id, "CAN_MANAGE")
    updates.of(cloud).stop(pipeline_id)
    tables.drop_all(cloud, pipeline_id)
    cloud.store.delete(records.KIND, pipeline_id)
    acl.delete(cloud, "pipelines", pipeline_id)
    return {}


@router.post("/{pipeline_id}/updates")
def start_update(pipeline_id: str, cloud: CloudDep, caller: CallerDep, body: JsonBody) -> Document:
    """Start an update: compute the datasets, or copy a published table again. Needs CAN_RUN. 409 while one runs."""
    if _is_copy(cloud, pipeline_id):
        return _copied(cloud, caller, pipeline_id)
    only(body, "full_refresh", "cause")
    pipeline = require(cloud, caller, pipeline_id, "CAN_RUN")
    updates.require_runnable(pipeline)
    cause, full = str(body.get("cause") or "API_CALL"), bool(body.get("full_refresh"))
    code = runner_of(cloud).code
    return {"update_id": updates.of(cloud).start(pipeline, code, cause=cause, full_refresh=full)["update_id"]}


@router.get("/{pipeline_id}/updates")
def list_updates(pipeline_id: str, cloud: CloudDep, caller: CallerDep, max_results: int = 25) -> Document:
    """The pipeline's updates, newest first. Needs CAN_VIEW."""
    require(cloud, caller, pipeline_id, "CAN_VIEW")
    found = records.updates(cloud, pipeline_id)[: max(0, max_results)]
    return {"updates": [records.shown_update(each) for each in found]}


@router.get("/{pipeline_id}/updates/{update_id}")
def get_update(pipeline_id: str, update_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One update. Needs CAN_VIEW."""
    require(cloud, caller, pipeline_id, "CAN_VIEW")
    found = cloud.store.get(records.UPDATE, update_id)
    if found is None or found["pipeline_id"] != pipeline_id:
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"The update {update_id} of {pipeline_id} was not found.")
    return {"update": records.shown_update(found)}


@router.get("/{pipeline_id}/events")
def list_events(pipeline_id: str, cloud: CloudDep, caller: CallerDep, max_results: int = 250) -> Document:
    """The events of the pipeline's updates, flows and expectations, newest first. Needs CAN_VIEW."""
    require(cloud, caller, pipeline_id, "CAN_VIEW")
    found = [event for each in records.updates(cloud, pipeline_id) for event in reversed(each["events"])]
    return {"events": found[: max(0, max_results)]}


@router.post("/{pipeline_id}/stop")
def stop(pipeline_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Stop the running update. Needs CAN_RUN."""
    require(cloud, caller, pipeline_id, "CAN_RUN")
    updates.of(cloud).stop(pipeline_id)
    return {}


def require(cloud: Cloud, caller: Caller, pipeline_id: str, level: str) -> Document:
    """The pipeline, if it is of the caller's workspace and the caller has `level`. Raises `ApiError` 403 and 404."""
    found = records.find(cloud, caller.require_workspace().name, pipeline_id)
    if found is None:
        raise records.missing(pipeline_id)
    acl.require(cloud, caller, "pipelines", pipeline_id, level)
    return found


def _checked(cloud: Cloud, caller: Caller, document: Document, body: Document) -> Document:
    spec = {name: value for name, value in body.items() if name not in _ASIDE}
    found = settings.problems(spec)
    if found:
        raise bad_request(f"The pipeline has {len(found)} problem(s): {'; '.join(found)}")
    acting = rule_sets.run_as(cloud, caller, spec.get("run_as") or {}, document["creator"])
    return {**document, "run_as": acting, "spec": spec}


def _require_own_name(cloud: Cloud, pipeline: Document) -> None:
    name = pipeline["spec"]["name"]
    others = cloud.store.having(records.KIND, workspace=pipeline["workspace"])
    same = [
        other for other in others if other["spec"]["name"] == name and other["pipeline_id"] != pipeline["pipeline_id"]
    ]
    if same and not pipeline["spec"].get("allow_duplicate_names"):
        raise ApiError(409, "RESOURCE_CONFLICT", f"The pipeline name '{name}' is already used by another pipeline.")


def _is_copy(cloud: Cloud, pipeline_id: str) -> bool:
    return cloud.store.get(copies.KIND, pipeline_id) is not None


def _copy(cloud: Cloud, caller: Caller, pipeline_id: str) -> Document:
    document = copies.find(cloud, pipeline_id)
    if document["workspace"] != caller.require_workspace().name:
        raise copies.missing(pipeline_id)
    if not caller.is_admin and document["creator"] not in caller.identities:
        raise denied(f"User does not have CAN VIEW permissions on pipeline {pipeline_id}.")
    return document


def _copied(cloud: Cloud, caller: Caller, pipeline_id: str) -> Document:
    document = _copy(cloud, caller, pipeline_id)
    if copies.shown(document)["state"] == "RUNNING":
        raise ApiError(409, "RESOURCE_CONFLICT", f"An active update already exists for pipeline '{pipeline_id}'.")
    online_table = cloud.store.require(online_tables.KIND, document["online_table"])
    return {"update_id": copies.of(cloud).start(online_table)}
