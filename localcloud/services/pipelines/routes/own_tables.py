"""Storage locations of a pipeline's tables, for the process of its update: `/local/pipelines`."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.pipelines import records, tables

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/pipelines")


@router.post("/{pipeline_id}/tables")
def make(pipeline_id: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a materialized view of the pipeline; returns `storage_location`. Only for the pipeline's principal."""
    pipeline = records.find(cloud, caller.require_workspace().name, pipeline_id)
    if pipeline is None:
        raise records.missing(pipeline_id)
    if pipeline["run_as"] not in caller.identities:
        raise denied(f"Pipeline {pipeline_id} runs as another principal: only that one writes its tables.")
    given = only(body, "name", "comment", "columns")
    fields: Document = {name: value for name, value in given.items() if name != "name"}
    return tables.make(cloud, caller, pipeline, required(body, "name"), fields)
