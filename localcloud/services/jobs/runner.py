"""Starts, queues, cancels and repairs runs."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document
from localcloud.services.jobs import records
from localcloud.services.jobs.execution import Execution
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.outcome import code_of
from localcloud.services.jobs.records import BY_HAND, Cause
from localcloud.services.jobs.requests import queued
from localcloud.services.jobs.settings import concurrent_runs, parameter_values
from localcloud.services.jobs.wheel_task import WheelTasks
from localcloud.services.jobs.work import TaskWork
from localcloud.services.jobs.workers import Workers

# A task mostly waits for Spark; three gates judge side by side, and none of them waits for the task of another run.
PARALLEL_TASKS = 4
# What a run says of how it ended, which its repair overwrites.
_SAID_BY_AN_END = ("state", "result", "message", "code", "created_ms", "start_ms", "end_ms")


class Runner:
    """All runs of this local cloud. Safe to use from several threads."""

    def __init__(self, cloud: Cloud, workers: Workers, *, parallel_tasks: int = PARALLEL_TASKS) -> None:
        self._cloud = cloud
        # What runs code, of tasks and of pipelines' updates.
        self.code = WheelTasks(cloud, workers, parallel=parallel_tasks)
        self._work = TaskWork(cloud, self.code, self).by_kind()
        self._lock = threading.RLock()
        self._executions: dict[int, Execution] = {}

    @classmethod
    def attach(cls, cloud: Cloud, workers: Workers) -> "Runner":
        """The runner of `cloud`, registered for the REST routes, after `recover`."""
        runner = cls(cloud, workers)
        runner.recover()
        cloud.parts["workers"] = workers
        cloud.parts["runner"] = runner
        return runner

    def recover(self) -> int:
        """Mark runs that were active when the local cloud last stopped as interrupted; returns their number."""
        found = [run for run in self._cloud.store.all("job_run") if not records.is_final(run)]
        for run in found:
            records.interrupt(run)
            self._cloud.store.put("job_run", str(run["run_id"]), run)
        return len(found)

    def log_of(self, task_run_id: int) -> Path:
        """The log file of a task."""
        return records.log(self._cloud.home, task_run_id)

    def submit(
        self,
        job: Document,
        creator: str,
        given: Mapping[str, str],
        cause: Cause = BY_HAND,
        *,
        queue: bool | None = None,
    ) -> Document:
        """Start a run of `job`, or queue it: if `queue` says so, or without it as the job says.

        Raises `ApiError` 400 for a parameter that the job does not declare.
        """
        try:
            parameters = parameter_values(job["settings"], given)
        except KeyError as error:
            raise bad_request(str(error.args[0])) from error
        store = self._cloud.store
        with self._lock:
            with store.transaction():
                run = records.new_run(store, job, creator=creator, parameters=parameters, cause=cause)
                self._place(run, queue=queued({}, job["settings"]) if queue is None else queue)
                store.put("job_run", str(run["run_id"]), run)
            if run["state"] == "PENDING":
                self._start(run)
        return run

    def execution(self, run_id: int) -> Execution | None:
        """The active run; None for a queued or finished one."""
        return self._executions.get(run_id)

    def cancel(self, run_id: int, by: str) -> None:
        """Cancel a queued or active run; no effect on a finished one."""
        message = f"Run canceled by {by}."
        with self._lock:
            execution = self._executions.get(run_id)
            if execution is not None:
                execution.cancel(message)
                return
            run = self._cloud.store.require("job_run", str(run_id))
            if not records.is_final(run):
                for attempt in run["attempts"]:
                    records.settle(attempt, "SKIPPED", Result.CANCELED, message, "USER_CANCELED")
                records.settle(run, "TERMINATED", Result.CANCELED, message, "USER_CANCELED")
                self._cloud.store.put("job_run", str(run_id), run)

    def retime(self, job_id: int, timeout_s: int | None) -> None:
        """Change the time limit of a job's active runs, counted from their start; None or 0 for no limit."""
        with self._lock:
            for execution in self._executions.values():
                if execution.run["job_id"] == job_id:
                    execution.retime(timeout_s)

    def repair(self, run_id: int, keys: frozenset[str], given: Mapping[str, str]) -> int:
        """Rerun the tasks `keys` in the same run; returns the repair's id.

        Raises `ApiError` 400 for a run that is not over and for unknown tasks or parameters, and while as many runs of
        the job are active as may be at once.
        """
        with self._lock:
            run = self._cloud.store.require("job_run", str(run_id))
            if not records.is_final(run):
                raise bad_request(f"Run {run_id} is {run['state']}: only a run that is over can be repaired.")
            if not self._has_room(run):
                limit = concurrent_runs(run["settings"])
                raise bad_request(f"The job has {limit} active run(s), its max_concurrent_runs: repair after one ends.")
            tasks = run["settings"].get("tasks") or []
            unknown = sorted(keys - {task["task_key"] for task in tasks})
            if unknown or not keys:
                raise bad_request(f"Nothing to repair: {', '.join(unknown) or 'no task'} is not a task to run again.")
            try:
                run["parameters"] = parameter_values(run["settings"], {**run["parameters"], **given})
            except KeyError as error:
                raise bad_request(str(error.args[0])) from error
            repair_id = self._cloud.store.next_id("run")
            before = {name: run[name] for name in _SAID_BY_AN_END}
            mark = len(run["attempts"])
            for key in [t["task_key"] for t in tasks if t["task_key"] in keys]:
                records.add_attempt(self._cloud.store, run, key)
            run["repairs"].append({"id": repair_id, "start_ms": now_ms(), "before": before, "attempts_before": mark})
            run.update(state="PENDING", result=None, message="", code="", end_ms=0)
            self._cloud.store.put("job_run", str(run_id), run)
        self._start(run)
        return repair_id

    def stop(self) -> None:
        """Stop every run; they end as interrupted at the next start."""
        for execution in list(self._executions.values()):
            execution.cancel(records.INTERRUPTED)
        for execution in list(self._executions.values()):
            execution.done.wait(5)

    def _has_room(self, run: Document) -> bool:
        busy = [e for e in self._executions.values() if e.run["job_id"] == run["job_id"] and not e.done.is_set()]
        return len(busy) < concurrent_runs(run["settings"])

    def _place(self, run: Document, *, queue: bool) -> None:
        """Return the run to start now, queue it, or skip it. A job with `max_concurrent_runs` 0 never runs."""
        if self._has_room(run):
            return
        limit = concurrent_runs(run["settings"])
        if queue and limit:
            run.update(state="QUEUED", queued=True)
            return
        reached = Result.MAXIMUM_CONCURRENT_RUNS_REACHED
        message = f"Skipped: the job already has {limit} active run(s), its max_concurrent_runs, and no queue."
        for part in (*run["attempts"], run):
            records.settle(part, "SKIPPED", reached, message, code_of(reached))

    def _start(self, run: Document) -> None:
        with self._lock:
            execution = Execution(self._cloud, run, self._work, self._ended)
            self._executions[execution.run_id] = execution
            execution.start()

    def _ended(self, run_id: int) -> None:
        with self._lock:
            ended = self._executions.pop(run_id)
            waiting = self._cloud.store.having("job_run", state="QUEUED", job_id=ended.run["job_id"])
            if waiting and ended.stop.message != records.INTERRUPTED:
                waiting[0]["state"] = "PENDING"
                self._start(waiting[0])


def runner_of(cloud: Cloud) -> Runner:
    """The runner of `cloud`. Raises `ApiError` 503 if it has not started yet."""
    runner = cloud.parts.get("runner")
    if runner is None:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The job runner is not up yet: try again in a moment.")
    return cast(Runner, runner)
