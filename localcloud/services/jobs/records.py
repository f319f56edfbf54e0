"""Run documents: one per run, with its settings at the start and every attempt of every task.

Kinds in the store: `job` (key: job id), `job_run` (key: run id), `task_run` (key: a task's run id; says which
run it belongs to). Times are epoch milliseconds; 0 means not yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.kernel.clock import now_ms
from localcloud.kernel.store import Document, Store
from localcloud.services.jobs.graph import Ended, Result

FINAL_STATES = frozenset({"TERMINATED", "SKIPPED", "INTERNAL_ERROR"})
# The API's types of runs: a job's, and one that was submitted without a job.
OF_A_JOB, SUBMITTED = "JOB_RUN", "SUBMIT_RUN"
_LISTED_BY = ("run_id", "job_id", "type", "workspace", "state", "created_ms", "start_ms")
INTERRUPTED = "The run was interrupted: the local cloud stopped while it was under way. Repair it or run the job again."


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What started a run: the API's trigger type, the local time if the clock did, and the starting task's run.

    `model_updates` are what a model-update trigger fired for, as the run is told, `events` their numbers;
    `deployment_of` is the number of the event that a deployment job is started for. They are kept with the run itself,
    so that no event has a second one.
    """

    trigger: str
    at_ms: int = 0
    run_id: int = 0
    model_updates: tuple[Document, ...] = ()
    events: tuple[int, ...] = ()
    deployment_of: int = 0


BY_HAND = Cause(trigger="ONE_TIME")


def new_run(store: Store, job: Document, *, creator: str, parameters: Mapping[str, str], cause: Cause) -> Document:
    """A run of `job` with one attempt per task, not yet stored."""
    settings = job["settings"]
    number = store.count("job_run", job_id=job["job_id"]) + 1
    run: Document = {
        "run_id": store.next_id("run"),
        "job_id": job["job_id"],
        "type": job.get("run_type", OF_A_JOB),
        "workspace": job["workspace"],
        "name": settings.get("name", "Untitled"),
        "number": number,
        "creator": creator,
        "run_as": job["run_as"],
        "trigger": cause.trigger,
        "scheduled_ms": cause.at_ms,
        "started_by": cause.run_id,
        "model_updates": list(cause.model_updates),
        "events": list(cause.events),
        "deployment_of": cause.deployment_of,
        "parameters": dict(parameters),
        "settings": settings,
        "state": "PENDING",
        "result": None,
        "message": "",
        "code": "",
        "created_ms": now_ms(),
        "start_ms": 0,
        "end_ms": 0,
        "attempts": [],
        "repairs": [],
    }
    for task in settings.get("tasks") or []:
        add_attempt(store, run, task["task_key"])
    return run


def add_attempt(store: Store, run: Document, task_key: str) -> Document:
    """Append the next attempt of a task to `run` and return it."""
    number = sum(1 for attempt in run["attempts"] if attempt["task_key"] == task_key)
    attempt: Document = {
        "run_id": store.next_id("run"),
        "task_key": task_key,
        "number": number,
        "state": "BLOCKED",
        "result": None,
        "message": "",
        "code": "",
        "error": "",
        "error_trace": "",
        "outcome": None,
        "values": {},
        "resolved": {},
        "given": {},
        "child_run_id": None,
        "iterations": [],
        "created_ms": now_ms(),
        "start_ms": 0,
        "end_ms": 0,
    }
    run["attempts"].append(attempt)
    store.put("task_run", str(attempt["run_id"]), {"run_id": run["run_id"], "job_id": run["job_id"]})
    return attempt


def folder(home: Path, task_run_id: int) -> Path:
    """The folder for log, result and scratch files of a task's run."""
    return home / "runs" / str(task_run_id)


def log(home: Path, task_run_id: int) -> Path:
    """The log file of a task."""
    return folder(home, task_run_id) / "log"


def latest(run: Document) -> dict[str, Document]:
    """The newest attempt of each task, by task key."""
    return {attempt["task_key"]: attempt for attempt in run["attempts"]}


def ended_tasks(run: Document) -> dict[str, Ended]:
    """The finished tasks, in the format of the graph."""
    return {
        key: Ended(result=Result(attempt["result"]), outcome=attempt["outcome"])
        for key, attempt in latest(run).items()
        if attempt["state"] in FINAL_STATES
    }


def started(run: Mapping[str, Any]) -> tuple[int, int]:
    """When a run started (or was created), in epoch milliseconds, and its id: the order of runs."""
    return run["start_ms"] or run["created_ms"], run["run_id"]


def newest_first(store: Store) -> list[Document]:
    """The fields by which runs are listed, of every run; not to be changed."""
    return store.derived(("job_run",), "newest first", lambda: _by_start(store))


def _by_start(store: Store) -> list[Document]:
    found = [{name: run.get(name) for name in _LISTED_BY} for run in store.all("job_run")]
    return sorted(found, key=started, reverse=True)


def is_final(run: Mapping[str, Any]) -> bool:
    """Whether the run or attempt has finished."""
    return run["state"] in FINAL_STATES


def interrupt(run: Document) -> None:
    """Mark an unfinished run and its unfinished attempts as interrupted."""
    for part in (run, *run["attempts"]):
        if not is_final(part):
            part.update(
                state="INTERNAL_ERROR", result="FAILED", message=INTERRUPTED, code="INTERNAL_ERROR", end_ms=now_ms()
            )


def settle(part: Document, state: str, result: Result, message: str, code: str) -> None:
    """End a run or an attempt."""
    part.update(state=state, result=result.value, message=message, code=code, end_ms=now_ms())
    part["start_ms"] = part["start_ms"] or now_ms()
