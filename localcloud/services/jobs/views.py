"""Jobs and runs as returned by the REST API. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.kernel.store import Document
from localcloud.services.jobs import records

# The old `state` has finer words for what the new `status` calls by fewer.
_STATUS = {"SKIPPED": "TERMINATED", "INTERNAL_ERROR": "TERMINATED", "WAITING_FOR_RETRY": "WAITING"}
_WITH_TASKS_ONLY = ("tasks", "job_clusters", "environments", "parameters")
# Arrays that come in pages, and how many entries of each are on one.
JOB_ARRAYS = _WITH_TASKS_ONLY
RUN_ARRAYS = ("tasks", "job_clusters", "job_parameters", "repair_history")
_MOST = 100


def cut(shown: Document, arrays: Collection[str], first: int) -> tuple[Document, int]:
    """`shown` with one page of each of its `arrays`, and the position of the next page; 0 if there is none."""
    held = {name: shown[name] for name in arrays if shown.get(name)}
    page = {name: entries[first : first + _MOST] for name, entries in held.items()}
    more = any(len(entries) > first + _MOST for entries in held.values())
    return {**shown, **page}, first + _MOST if more else 0


def job(document: Document) -> Document:
    """A job in the format of `jobs/get`."""
    return {
        "job_id": document["job_id"],
        "creator_user_name": document["creator"],
        "run_as_user_name": document["run_as"],
        "created_time": document["created_ms"],
        "settings": {"format": "MULTI_TASK", **document["settings"]},
    }


def job_in_list(document: Document, *, expand_tasks: bool) -> Document:
    """A job in the format of `jobs/list`: with its first 100 tasks, if they are requested."""
    shown = job(document)
    if not expand_tasks:
        shown["settings"] = {name: v for name, v in shown["settings"].items() if name not in _WITH_TASKS_ONLY}
        return shown
    settings, more = cut(shown["settings"], JOB_ARRAYS, 0)
    return {**shown, "settings": settings, "has_more": more > 0}


def run(document: Document, workspace_url: str, *, history: bool = False, values: bool = False) -> Document:
    """A run with its tasks in the format of `jobs/runs/get`, with repairs and the resolved values of references."""
    settings = document["settings"]
    tasks = {task["task_key"]: task for task in settings.get("tasks") or []}
    defaults = {parameter["name"]: parameter.get("default", "") for parameter in settings.get("parameters") or []}
    return {
        "job_id": document["job_id"],
        "run_id": document["run_id"],
        "job_run_id": document["run_id"],
        "original_attempt_run_id": document["run_id"],
        # As the API has had it since runs have no number of their own.
        "number_in_job": document["run_id"],
        "attempt_number": 0,
        "run_name": document["name"],
        **({"description": settings["description"]} if settings.get("description") else {}),
        "run_type": document.get("type", records.OF_A_JOB),
        "format": "MULTI_TASK",
        "trigger": document["trigger"],
        **({"trigger_info": {"run_id": document["started_by"]}} if document.get("started_by") else {}),
        **({"schedule": settings["schedule"]} if document["trigger"] == "PERIODIC" else {}),
        # Only locally: when it was due by the local clock (epoch milliseconds), 0 for a run that no clock fired.
        "scheduled_time": document.get("scheduled_ms", 0),
        "creator_user_name": document["creator"],
        "run_as_user_name": document["run_as"],
        "run_page_url": f"{workspace_url}/jobs/{document['job_id']}/runs/{document['run_id']}",
        "job_parameters": [
            {"name": name, "default": defaults.get(name, ""), "value": value}
            for name, value in document["parameters"].items()
        ],
        "job_clusters": settings.get("job_clusters") or [],
        **({"repair_history": _history(document)} if history else {}),
        **_progress(document),
        **_queue(document),
        # Of a run with tasks only the whole is timed: `run_duration`.
        "execution_duration": 0,
        "tasks": [_task(tasks[attempt["task_key"]], attempt, values=values) for attempt in document["attempts"]],
    }


def run_in_list(document: Document, workspace_url: str, *, expand_tasks: bool) -> Document:
    """A run in the format of `jobs/runs/list`."""
    shown = run(document, workspace_url)
    if not expand_tasks:
        return {name: v for name, v in shown.items() if name not in ("tasks", "job_clusters")}
    page, more = cut(shown, RUN_ARRAYS, 0)
    return {**page, "has_more": more > 0}


def output(document: Document, attempt: Document, log: str, *, truncated: bool) -> Document:
    """The output of a task in the format of `jobs/runs/get-output`."""
    task = next(t for t in document["settings"]["tasks"] if t["task_key"] == attempt["task_key"])
    shown: Document = {"metadata": {**_task(task, attempt), "job_id": document["job_id"]}}
    shown["metadata"]["run_name"] = attempt["task_key"]
    if attempt["child_run_id"] is not None:
        shown["run_job_output"] = {"run_id": attempt["child_run_id"]}
    if attempt.get("notebook_result") is not None:
        shown["notebook_output"] = {"result": attempt["notebook_result"], "truncated": False}
    if log:
        shown |= {"logs": log, "logs_truncated": truncated}
    shown |= {name: attempt[name] for name in ("error", "error_trace") if attempt[name]}
    return shown


def _history(document: Document) -> list[Document]:
    """The original run and each repair, with their results and own task runs."""
    repairs = document["repairs"]
    marks = [0, *(repair.get("attempts_before", 0) for repair in repairs), len(document["attempts"])]
    ends = [*(repair.get("before", document) for repair in repairs), document]
    found = []
    for position, end in enumerate(ends):
        own = document["attempts"][marks[position] : marks[position + 1]]
        item = {name: value for name, value in _progress(end).items() if name in ("state", "status", "end_time")}
        item |= {"type": "REPAIR" if position else "ORIGINAL", "task_run_ids": [each["run_id"] for each in own]}
        if position:
            item |= {"id": repairs[position - 1]["id"], "start_time": repairs[position - 1]["start_ms"]}
        else:
            item |= {"start_time": document["start_ms"] or document["created_ms"]}
        found.append(item)
    return found


def _queue(document: Document) -> Document:
    """How long a run waited for another run of its job."""
    waited = document.get("queued") and document["start_ms"]
    return {"queue_duration": document["start_ms"] - document["created_ms"]} if waited else {}


def _task(task: Mapping[str, Any], attempt: Document, *, values: bool = False) -> Document:
    shown = {name: value for name, value in task.items() if name != "condition_task"}
    if "condition_task" in task:
        resolved = {"outcome": attempt["outcome"]} if attempt["outcome"] else {}
        shown["condition_task"] = {**task["condition_task"], **attempt["resolved"], **resolved}
    if attempt["iterations"]:
        shown["for_each_task"] = {**task["for_each_task"], "stats": _loop_stats(attempt["iterations"])}
    if values and attempt.get("given"):
        shown["resolved_values"] = attempt["given"]
    return {
        **shown,
        "run_id": attempt["run_id"],
        "attempt_number": attempt["number"],
        "run_if": task.get("run_if", "ALL_SUCCESS"),
        **_progress(attempt),
    }


def _loop_stats(iterations: list[Document]) -> Document:
    succeeded = sum(iteration["result"] == "SUCCESS" for iteration in iterations)
    counts = {"total_iterations": len(iterations), "completed_iterations": len(iterations)}
    return {"task_run_stats": {**counts, "succeeded_iterations": succeeded}}


def _progress(part: Document) -> Document:
    """Times and both state fields of a run or a task."""
    state: Document = {"life_cycle_state": part["state"], "state_message": part["message"]}
    status: Document = {"state": _STATUS.get(part["state"], part["state"])}
    if part["state"] == "QUEUED":
        reason = "The job has as many active runs as its max_concurrent_runs allows."
        state["queue_reason"] = reason
        status["queue_details"] = {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": reason}
    if records.is_final(part):
        state |= {
            "result_state": part["result"],
            "user_cancelled_or_timedout": part["result"] in ("CANCELED", "TIMEDOUT"),
        }
        kind = {"SUCCESS": "SUCCESS", "INTERNAL_ERROR": "INTERNAL_ERROR"}.get(part["code"], "CLIENT_ERROR")
        status["termination_details"] = {"code": part["code"], "type": kind, "message": part["message"]}
    duration_ms = max(0, part["end_ms"] - part["start_ms"]) if part["end_ms"] else 0
    return {
        "state": state,
        "status": status,
        "start_time": part["start_ms"] or part["created_ms"],
        "end_time": part["end_ms"],
        "setup_duration": 0,
        "execution_duration": duration_ms,
        "cleanup_duration": 0,
        "run_duration": duration_ms,
    }
