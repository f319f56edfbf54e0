"""Jobs, their runs, and the logs of their tasks."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.console import logs, pages, rights, runs
from localcloud.services.console.paging import SIZE, PageNumber, Pager, cut, skipped
from localcloud.services.console.visits import PageRoute, VisitDep
from localcloud.services.jobs import records, triggers

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console", route_class=PageRoute)


@router.get("/jobs")
def list_jobs(looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Every job, with its trigger and the result of its last run."""
    store = looks.cloud.store
    last = {run["job_id"]: run for run in store.newest_by("job_run", "job_id")}
    called = rights.names(store)
    jobs = sorted(store.all("job"), key=lambda job: (_name(job), job["workspace"], job["job_id"]))
    shown, pager = cut(jobs, page)
    rows = [_row(job, called) | {"last": last.get(job["job_id"])} for job in shown]
    return pages.page(looks, "jobs", jobs=rows, pager=pager)


@router.get("/jobs/{job_id}")
def show_job(job_id: int, looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """One job: its tasks, permissions and runs."""
    store = looks.cloud.store
    job = store.require("job", str(job_id))
    pager = Pager(number=page, total=store.count("job_run", job_id=job_id))
    return pages.page(
        looks,
        "job",
        job=_row(job, rights.names(store)),
        tasks=[_task(task) for task in job["settings"].get("tasks") or []],
        held=rights.permissions(looks.cloud, "jobs", str(job_id)),
        runs_listed=store.newest("job_run", most=SIZE, skipped=skipped(page), job_id=job_id),
        pager=pager,
    )


@router.get("/runs")
def list_runs(looks: VisitDep, page: PageNumber = 1, result: Literal["", "FAILED"] = "") -> HTMLResponse:
    """Every run, newest first; optionally only failed ones."""
    wanted = {"result": result} if result else {}
    store = looks.cloud.store
    found = runs.newest(store, most=SIZE, skipped=skipped(page), **wanted)
    pager = Pager(number=page, total=store.count("job_run", **wanted), query=tuple(wanted.items()))
    return pages.page(looks, "runs", listed=found, pager=pager, result=result)


@router.get("/runs/{run_id}")
def show_run(run_id: int, looks: VisitDep) -> HTMLResponse:
    """One run: its parameters, and every attempt of every task."""
    store = looks.cloud.store
    run = store.require("job_run", str(run_id))
    attempts = [_attempt(looks.cloud, attempt) for attempt in run["attempts"]]
    called = rights.names(store).get(run["run_as"], run["run_as"])
    has_job = store.get("job", str(run["job_id"])) is not None
    return pages.page(looks, "run", run=run, attempts=attempts, run_as=called, has_job=has_job)


@router.get("/logs/{task_run_id}")
def show_log(task_run_id: int, looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """The log of one task attempt, in pieces from the end."""
    store = looks.cloud.store
    run = store.require("job_run", str(store.require("task_run", str(task_run_id))["run_id"]))
    attempt = next(one for one in run["attempts"] if one["run_id"] == task_run_id)
    text, pieces = logs.piece(records.log(looks.cloud.home, task_run_id), page)
    return pages.page(looks, "log", run=run, attempt=attempt, text=text, number=page, pieces=pieces)


def _name(job: Document) -> str:
    return str(job["settings"].get("name", "Untitled"))


def _row(job: Document, called: dict[str, str]) -> Document:
    settings = job["settings"]
    return {
        "job_id": job["job_id"],
        "name": _name(job),
        "workspace": job["workspace"],
        "run_as": called.get(job["run_as"], job["run_as"]),
        "starts": triggers.waits_for(settings),
        "paused": triggers.paused(settings),
        "description": settings.get("description") or "",
    }


def _task(task: Document) -> Document:
    """The kind of a task, from the field that is set, and the tasks that it depends on."""
    kind = next((name for name in task if name.endswith("_task")), "")
    wheel = task.get("python_wheel_task") or {}
    return {
        "key": task["task_key"],
        "kind": kind.removesuffix("_task").replace("_", " "),
        "entry_point": wheel.get("entry_point", ""),
        "after": [one["task_key"] for one in task.get("depends_on") or []],
        "run_if": task.get("run_if", "ALL_SUCCESS"),
    }


def _attempt(cloud: Cloud, attempt: Document) -> Document:
    ended_ms, started_ms = attempt["end_ms"], attempt["start_ms"]
    return {
        **attempt,
        "took_ms": ended_ms - started_ms if ended_ms and started_ms else None,
        "has_log": records.log(cloud.home, attempt["run_id"]).is_file(),
    }
