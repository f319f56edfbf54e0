"""Jobs: `/api/2.1/jobs` and `/api/2.2/jobs`. Runs are in `job_runs`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel import acl, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.identity import rule_sets
from localcloud.services.jobs import requests, views
from localcloud.services.jobs.settings import problems

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/jobs")

_routes = APIRouter(dependencies=[Depends(query.require_known)])


@dataclass(frozen=True)
class Page:
    """The requested page of a list."""

    limit: int = 20
    page_token: str | None = None

    def of(self, found: list[Document], *, most: int, zero_is_most: bool = False) -> tuple[list[Document], Document]:
        """The page of `found`, with the tokens of the next and previous page; at most `most` entries.

        Raises `ApiError` 400 for an invalid token and for a limit over `most`, or of 0 unless 0 means `most`.
        """
        if not (0 if zero_is_most else 1) <= self.limit <= most:
            raise bad_request(f"limit is {self.limit}: give 1 to {most}.")
        first = position(self.page_token)
        last = first + (self.limit or most)
        more: Document = {"has_more": last < len(found)}
        if more["has_more"]:
            more["next_page_token"] = str(last)
        if first:
            more["prev_page_token"] = str(max(0, first - (self.limit or most)))
        return found[first:last], more


@dataclass(frozen=True)
class Parts:
    """The requested page of an object's long arrays."""

    page_token: str | None = None

    def of(self, shown: Document, arrays: Collection[str]) -> Document:
        """`shown` with this page of each array, and the token of the next page."""
        page, more = views.cut(shown, arrays, position(self.page_token))
        return page | ({"next_page_token": str(more)} if more else {})


def position(page_token: str | None) -> int:
    """The position where a page starts. Raises `ApiError` 400 for an invalid token."""
    if page_token and not page_token.isdecimal():
        raise bad_request(f"page_token {page_token!r} is not one that a list returned.")
    return int(page_token or 0)


PageDep = Annotated[Page, Depends()]
PartsDep = Annotated[Parts, Depends()]


@_routes.post("/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a job from its settings, which are checked completely. Returns `job_id`."""
    settings = {name: value for name, value in body.items() if name != "access_control_list"}
    job_id = cloud.store.next_id("job")
    document = {
        "job_id": job_id,
        "workspace": caller.require_workspace().name,
        "creator": caller.principal,
        "created_ms": now_ms(),
    }
    with cloud.store.transaction():
        _store(cloud, caller, document, settings)
        acl.create(cloud, caller, "jobs", str(job_id))
        if body.get("access_control_list"):
            acl.write(cloud, "jobs", str(job_id), body["access_control_list"], replace=True)
    return {"job_id": job_id}


@_routes.get("/get")
def get(job_id: int, cloud: CloudDep, caller: CallerDep, page: PartsDep) -> Document:
    """One job, its arrays in pages of 100. Needs CAN_VIEW."""
    shown = views.job(require(cloud, caller, job_id, "CAN_VIEW"))
    settings = page.of(shown["settings"], views.JOB_ARRAYS)
    token = settings.pop("next_page_token", None)
    return {**shown, "settings": settings} | ({"next_page_token": token} if token else {})


@_routes.get("/list")
def list_jobs(
    cloud: CloudDep, caller: CallerDep, page: PageDep, name: str | None = None, expand_tasks: bool = False
) -> Document:
    """The jobs that the caller may view, newest first, in pages."""
    workspace = caller.require_workspace().name
    found = [
        job
        for job in reversed(cloud.store.all("job"))
        if job["workspace"] == workspace
        and (name is None or str(job["settings"].get("name", "")).lower() == name.lower())
        and acl.allows(cloud, caller, "jobs", str(job["job_id"]), "CAN_VIEW")
    ]
    shown, more = page.of(found, most=100)
    return {"jobs": [views.job_in_list(job, expand_tasks=expand_tasks) for job in shown], **more}


@_routes.post("/reset")
def reset(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace all of a job's settings. Needs CAN_MANAGE. Only a new time limit affects active runs."""
    job_id, settings = required(only(body, "job_id", "new_settings"), "job_id", "new_settings")
    _store(cloud, caller, require(cloud, caller, job_id, "CAN_MANAGE"), settings)
    _retime(cloud, int(job_id), settings)
    return {}


@_routes.post("/update")
def update(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the given settings of a job and remove those that `fields_to_remove` names. Needs CAN_MANAGE.

    Tasks, clusters, environments and parameters are merged by key: those that are not given stay.
    """
    only(body, "job_id", "new_settings", "fields_to_remove")
    job = require(cloud, caller, required(body, "job_id"), "CAN_MANAGE")
    kept = requests.removed(job["settings"], body.get("fields_to_remove") or [])
    settings = requests.merged(kept, body.get("new_settings") or {})
    _store(cloud, caller, job, settings)
    _retime(cloud, job["job_id"], settings)
    return {}


@_routes.post("/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a job. Its runs stay; active ones are cancelled. Needs CAN_MANAGE."""
    job = require(cloud, caller, required(only(body, "job_id"), "job_id"), "CAN_MANAGE")
    key = str(job["job_id"])
    for run in cloud.store.having("job_run", job_id=job["job_id"]):
        cloud.parts["runner"].cancel(run["run_id"], "the deletion of its job")
    cloud.store.delete("job", key)
    acl.delete(cloud, "jobs", key)
    return {}


def require(cloud: Cloud, caller: Caller, job_id: int | str, level: str) -> Document:
    """The job, which must be of the caller's workspace, when the caller holds `level` on it.

    Raises `ApiError` 400 if it does not exist, with the message that Terraform's provider recognises as deleted.
    """
    found = cloud.store.get("job", str(job_id))
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Job {job_id} does not exist.")
    acl.require(cloud, caller, "jobs", str(job_id), level)
    return found


def _store(cloud: Cloud, caller: Caller, document: Document, settings: Document) -> None:
    found = problems(settings)
    if found:
        raise bad_request(f"The job has {len(found)} problem(s): {'; '.join(found)}")
    acting = rule_sets.run_as(cloud, caller, settings.get("run_as") or {}, document["creator"])
    cloud.store.put("job", str(document["job_id"]), {**document, "run_as": acting, "settings": settings})


def _retime(cloud: Cloud, job_id: int, settings: Document) -> None:
    """Apply the job's new time limit to its active runs; no other setting affects them."""
    runner = cloud.parts.get("runner")
    if runner is not None:
        runner.retime(job_id, settings.get("timeout_seconds"))


router = APIRouter()
for _version in ("2.1", "2.2"):
    router.include_router(_routes, prefix=f"/api/{_version}/jobs")
