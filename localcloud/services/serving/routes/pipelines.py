"""Pipelines of published tables: `/api/2.0/pipelines`. Others are not made here."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, denied
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving.online import pipelines, tables

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/pipelines")

router = APIRouter(prefix="/api/2.0/pipelines")


@router.get("/{pipeline_id}")
def get(pipeline_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The pipeline with its updates, the newest first. For its owner and admins."""
    return pipelines.shown(_owned(cloud, caller, pipeline_id))


@router.post("/{pipeline_id}/updates")
def start_update(pipeline_id: str, cloud: CloudDep, caller: CallerDep, body: JsonBody) -> Document:
    """Copy the rows once more. 409 while an update runs."""
    del body
    document = _owned(cloud, caller, pipeline_id)
    if pipelines.shown(document)["state"] == "RUNNING":
        raise ApiError(409, "RESOURCE_CONFLICT", f"An active update already exists for pipeline '{pipeline_id}'.")
    online_table = cloud.store.require(tables.KIND, document["online_table"])
    return {"update_id": pipelines.of(cloud).start(online_table)}


def _owned(cloud: Cloud, caller: Caller, pipeline_id: str) -> Document:
    document = pipelines.find(cloud, pipeline_id)
    if document["workspace"] != caller.require_workspace().name:
        raise pipelines.missing(pipeline_id)
    if not caller.is_admin and document["creator"] not in caller.identities:
        raise denied(f"User does not have CAN VIEW permissions on pipeline {pipeline_id}.")
    return document
