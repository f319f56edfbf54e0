"""One-time runs, which have no job: `/api/2.1/jobs/runs/submit` and the same under 2.2."""

from fastapi import APIRouter, Depends

from localcloud.kernel import acl, query
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import rule_sets
from localcloud.services.jobs import requests, tokens
from localcloud.services.jobs.records import SUBMITTED
from localcloud.services.jobs.runner import runner_of
from localcloud.services.jobs.settings import problems

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/jobs/submit")

_routes = APIRouter(dependencies=[Depends(query.require_known)])
_OF_THE_REQUEST = ("run_name", "idempotency_token", "access_control_list")


@_routes.post("/runs/submit")
def submit(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Run tasks once, without a job. The caller owns the run. A known `idempotency_token` returns its run."""
    required(body, "tasks")
    requests.require_known(body, requests.SUBMIT)
    settings = {field: value for field, value in body.items() if field not in _OF_THE_REQUEST}
    settings["name"] = body.get("run_name") or "Untitled"
    if found := problems(settings):
        raise bad_request(f"The run has {len(found)} problem(s): {'; '.join(found)}")
    run_as = rule_sets.run_as(cloud, caller, settings.get("run_as") or {}, caller.principal)

    def start() -> Document:
        job_id = cloud.store.next_id("job")
        acl.create(cloud, caller, "jobs", str(job_id))
        if body.get("access_control_list"):
            acl.write(cloud, "jobs", str(job_id), body["access_control_list"], replace=True)
        once: Document = {
            "job_id": job_id,
            "workspace": caller.require_workspace().name,
            "creator": caller.principal,
            "created_ms": now_ms(),
            "run_as": run_as,
            "run_type": SUBMITTED,
            "settings": settings,
        }
        return {"run_id": runner_of(cloud).submit(once, caller.principal, {})["run_id"]}

    return tokens.once(cloud, f"submit/{caller.require_workspace().name}", body, start)


router = APIRouter()
for _version in ("2.1", "2.2"):
    router.include_router(_routes, prefix=f"/api/{_version}/jobs")
