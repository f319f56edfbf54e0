"""Job runs: `/api/2.1/jobs/run-now`, `/api/2.1/jobs/runs/…` and the same under 2.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from localcloud.kernel import acl, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.jobs import graph, records, requests, tokens, views
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.routes import jobs
from localcloud.services.jobs.runner import runner_of

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/jobs")

_routes = APIRouter(dependencies=[Depends(query.require_known)])
# Databricks returns the last 5 MB of a task's log.
_LOG_LIMIT_BYTES = 5 * 2**20


@_routes.post("/run-now")
def run_now(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Start a run of a job or of some of its tasks (`only`), or queue it. Needs CAN_MANAGE_RUN.

    An `idempotency_token` that was used before returns the run it started.
    """
    job = jobs.require(cloud, caller, required(body, "job_id"), "CAN_MANAGE_RUN")
    requests.require_known(body, requests.RUN_NOW)
    queue = requests.queued(body, job["settings"])
    wanted = {**job, "settings": requests.chosen(job["settings"], body.get("only"))}

    def start() -> Document:
        run = runner_of(cloud).submit(wanted, caller.principal, body.get("job_parameters") or {}, queue=queue)
        return {"run_id": run["run_id"], "number_in_job": run["run_id"]}

    return tokens.once(cloud, str(job["job_id"]), body, start)


@dataclass(frozen=True)
class RunParts:
    """Optional parts of a run: its repairs, and the resolved values of its references."""

    include_history: bool = False
    include_resolved_values: bool = False


@_routes.get("/runs/get")
def get(
    run_id: int, cloud: CloudDep, caller: CallerDep, wanted: Annotated[RunParts, Depends()], page: jobs.PartsDep
) -> Document:
    """One run with its tasks, its arrays in pages of 100. Needs CAN_VIEW on the job."""
    run = _require(cloud, caller, run_id, "CAN_VIEW")
    url = caller.require_workspace().url
    shown = views.run(run, url, history=wanted.include_history, values=wanted.include_resolved_values)
    return page.of(shown, views.RUN_ARRAYS)


@dataclass(frozen=True)
class RunFilter:
    """The filter of a list of runs. Times are epoch milliseconds, both ends included."""

    job_id: int | None = None
    active_only: bool = False
    completed_only: bool = False
    start_time_from: int | None = None
    start_time_to: int | None = None
    run_type: Literal["JOB_RUN", "SUBMIT_RUN", "WORKFLOW_RUN"] | None = None

    def __post_init__(self) -> None:
        if self.active_only and self.completed_only:
            raise bad_request("Give active_only or completed_only, not both.")

    def accepts(self, run: Mapping[str, Any]) -> bool:
        """Whether the run matches."""
        final = records.is_final(run)
        started_ms, _ = records.started(run)
        return (
            self.job_id in (None, run["job_id"])
            and not (self.active_only if final else self.completed_only)
            and (self.start_time_from is None or started_ms >= self.start_time_from)
            and (self.start_time_to is None or started_ms <= self.start_time_to)
            and self.run_type in (None, run["type"] or records.OF_A_JOB)
        )


@_routes.get("/runs/list")
def list_runs(
    cloud: CloudDep,
    caller: CallerDep,
    page: jobs.PageDep,
    wanted: Annotated[RunFilter, Depends()],
    *,
    expand_tasks: bool = False,
) -> Document:
    """The runs of the jobs that the caller may view, newest first, in pages."""
    workspace = caller.require_workspace()

    @cache
    def viewed(job_id: int) -> bool:
        return acl.allows(cloud, caller, "jobs", str(job_id), "CAN_VIEW")

    found = [
        run
        for run in records.newest_first(cloud.store)
        if run["workspace"] == workspace.name and wanted.accepts(run) and viewed(run["job_id"])
    ]
    # The API lists up to 25, the SDK's documentation says "less than 25".
    shown, more = page.of(found, most=25, zero_is_most=True)
    whole = (cloud.store.require("job_run", str(run["run_id"])) for run in shown)
    return {"runs": [views.run_in_list(run, workspace.url, expand_tasks=expand_tasks) for run in whole], **more}


@_routes.get("/runs/get-output")
def get_output(run_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """The output of one task, its error, or the run that it started.

    `run_id` is the task's, or that of a run with a single task.
    """
    run, attempt = _require_task(cloud, caller, run_id)
    log, truncated = _log(cloud, attempt["run_id"])
    return views.output(run, attempt, log, truncated=truncated)


@_routes.post("/runs/cancel")
def cancel(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Cancel a run. Needs CAN_MANAGE_RUN. A finished run is left unchanged."""
    run = _require(cloud, caller, required(only(body, "run_id"), "run_id"), "CAN_MANAGE_RUN")
    runner_of(cloud).cancel(run["run_id"], caller.display_name)
    return {}


@_routes.post("/runs/cancel-all")
def cancel_all(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Cancel all runs of a job, or with `all_queued_runs` the queued ones of one or all jobs. Needs CAN_MANAGE_RUN."""
    queued = bool(only(body, "job_id", "all_queued_runs").get("all_queued_runs"))
    if body.get("job_id") or not queued:
        wanted = [jobs.require(cloud, caller, required(body, "job_id"), "CAN_MANAGE_RUN")["job_id"]]
    else:
        workspace = caller.require_workspace().name
        own = {run["job_id"] for run in cloud.store.all("job_run") if run["workspace"] == workspace}
        wanted = [one for one in own if acl.allows(cloud, caller, "jobs", str(one), "CAN_MANAGE_RUN")]
    for run in cloud.store.all("job_run"):
        if run["job_id"] in wanted and (run["state"] == "QUEUED" or not queued):
            runner_of(cloud).cancel(run["run_id"], caller.display_name)
    return {}


@_routes.post("/runs/repair")
def repair(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Rerun tasks of a finished run, optionally with the tasks that depend on them. Returns `repair_id`.

    Needs CAN_MANAGE_RUN. Failed tasks include those that did not run because an earlier one failed.
    """
    run = _require(cloud, caller, required(body, "run_id"), "CAN_MANAGE_RUN")
    requests.require_known(body, requests.REPAIR)
    requests.require_latest_repair(run, body.get("latest_repair_id"))
    if body.get("rerun_tasks") and body.get("rerun_all_failed_tasks"):
        raise bad_request("Give rerun_tasks or rerun_all_failed_tasks, not both.")
    keys = frozenset(body.get("rerun_tasks") or [])
    if body.get("rerun_all_failed_tasks"):
        keys = frozenset(
            key
            for key, attempt in records.latest(run).items()
            if attempt["result"] not in (Result.SUCCESS, Result.EXCLUDED, Result.DISABLED)
        )
    if body.get("rerun_dependent_tasks"):
        keys = graph.downstream(run["settings"].get("tasks") or [], keys)
    return {"repair_id": runner_of(cloud).repair(run["run_id"], keys, body.get("job_parameters") or {})}


@_routes.post("/runs/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a finished run. Needs CAN_MANAGE."""
    run = _require(cloud, caller, required(only(body, "run_id"), "run_id"), "CAN_MANAGE")
    if not records.is_final(run):
        raise bad_request(f"Run {run['run_id']} is {run['state']}: cancel it first.")
    cloud.store.delete("job_run", str(run["run_id"]))
    return {}


def _require(cloud: Cloud, caller: Caller, run_id: int | str, level: str) -> Document:
    found = cloud.store.get("job_run", str(run_id))
    owner = cloud.store.get("task_run", str(run_id))
    if found is None and owner is not None:
        raise bad_request(f"Run {run_id} is a task's: name its run, {owner['run_id']}.")
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Run {run_id} does not exist.")
    acl.require(cloud, caller, "jobs", str(found["job_id"]), level)
    return found


def _require_task(cloud: Cloud, caller: Caller, run_id: int) -> tuple[Document, Document]:
    owner = cloud.store.get("task_run", str(run_id))
    run = _require(cloud, caller, owner["run_id"] if owner else run_id, "CAN_VIEW")
    if owner is not None:
        return run, next(attempt for attempt in run["attempts"] if attempt["run_id"] == run_id)
    tasks = records.latest(run)
    if len(tasks) != 1:
        raise bad_request(f"Run {run_id} has {len(tasks)} tasks: get the output of one of them by its own run_id.")
    return run, next(iter(tasks.values()))


def _log(cloud: Cloud, task_run_id: int) -> tuple[str, bool]:
    path = runner_of(cloud).log_of(task_run_id)
    if not path.is_file():
        return "", False
    with path.open("rb") as log:
        size = path.stat().st_size
        log.seek(max(0, size - _LOG_LIMIT_BYTES))
        return log.read().decode("utf-8", errors="replace"), size > _LOG_LIMIT_BYTES


router = APIRouter()
for _version in ("2.1", "2.2"):
    router.include_router(_routes, prefix=f"/api/{_version}/jobs")
