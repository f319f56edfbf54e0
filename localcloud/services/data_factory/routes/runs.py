"""Runs of pipelines: start, read, cancel, and the queries of the monitoring API. For the administrator only."""

from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel.body import PlainBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.tokens import AdminDep
from localcloud.services.data_factory import records
from localcloud.services.data_factory.pipelines import pipelines_of

PARITY = Parity(Level.EXECUTED, "https://learn.microsoft.com/rest/api/datafactory/pipeline-runs")

_FACTORY = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.DataFactory/factories/{factory}"
router = APIRouter(prefix=_FACTORY)
_RUN_FIELDS = {"PipelineName": "pipelineName", "RunStart": "runStart", "RunEnd": "runEnd", "Status": "status"}
_ACTIVITY_FIELDS = {
    "ActivityName": "activityName",
    "ActivityType": "activityType",
    "ActivityRunStart": "activityRunStart",
    "ActivityRunEnd": "activityRunEnd",
    "Status": "status",
}
_TRIGGER_FIELDS = {
    "TriggerName": "triggerName",
    "TriggerRunTimestamp": "triggerRunTimestamp",
    "Status": "status",
}


def _factory(subscription: str, group: str, factory: str, cloud: CloudDep, _: AdminDep) -> ResourceId:
    """The factory that the path names. Raises `AzureError` 404."""
    # What a stop of the local cloud cut off is ended before it is shown.
    pipelines_of(cloud)
    path = _FACTORY.format(subscription=subscription, group=group, factory=factory)
    return ResourceId(str(resources.get(cloud, ResourceId(path))["id"]))


Factory = Annotated[ResourceId, Depends(_factory)]


@router.post("/pipelines/{pipeline}/createRun")
def create_run(pipeline: str, body: PlainBody, factory: Factory, cloud: CloudDep) -> Document:
    """Start a pipeline run with the given parameters."""
    return {"runId": pipelines_of(cloud).submit(factory, pipeline, body)["runId"]}


@router.get("/pipelineruns/{run}")
def get_run(run: str, factory: Factory, cloud: CloudDep) -> Document:
    """One pipeline run."""
    return records.shown(records.require(cloud, factory.path, run))


@router.post("/pipelineruns/{run}/cancel")
def cancel_run(run: str, factory: Factory, cloud: CloudDep) -> Document:
    """Cancel a run, and the job runs that it started on Databricks."""
    pipelines_of(cloud).cancel(records.require(cloud, factory.path, run)["runId"])
    return {}


@router.post("/pipelineruns/{run}/queryActivityruns")
def query_activity_runs(run: str, body: PlainBody, factory: Factory, cloud: CloudDep) -> Document:
    """The activity runs of a pipeline run, one per attempt."""
    found = records.require(cloud, factory.path, run)
    rows = [records.shown_activity(found, row) for row in found["activities"]]
    return records.page(rows, body, time="activityRunStart", fields=_ACTIVITY_FIELDS)


@router.post("/queryPipelineRuns")
def query_pipeline_runs(body: PlainBody, factory: Factory, cloud: CloudDep) -> Document:
    """The factory's pipeline runs."""
    rows = [records.shown(run) for run in _of(cloud, records.RUN, factory)]
    return records.page(rows, body, time="lastUpdated", fields=_RUN_FIELDS)


@router.post("/queryTriggerRuns")
def query_trigger_runs(body: PlainBody, factory: Factory, cloud: CloudDep) -> Document:
    """The factory's trigger runs, with the pipeline runs that they started."""
    rows = _of(cloud, records.TRIGGER_RUN, factory)
    return records.page(rows, body, time="triggerRunTimestamp", fields=_TRIGGER_FIELDS)


def _of(cloud: Cloud, kind: str, factory: ResourceId) -> list[Document]:
    return [each for each in cloud.store.all(kind) if each["factory"].lower() == factory.key]
