"""One run from start to end: starts tasks as the graph allows, retries, and stores the results."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.jobs import continuous, graph, records
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.outcome import Outcome, Stop, code_of, refused
from localcloud.services.jobs.references import Scope, UnknownReferenceError, resolve
from localcloud.services.jobs.settings import kind_of

# Does one try of a task whose references are resolved: (task, its attempt's document, the run, stop, scope).
Work = Callable[[Mapping[str, Any], Document, "Execution", Scope], Outcome]


class Execution:
    """An active run. `start` returns at once; `done` is set when the run has finished."""

    def __init__(self, cloud: Cloud, run: Document, work: Mapping[str, Work], on_end: Callable[[int], None]) -> None:
        self.run = run
        self.run_id = int(run["run_id"])
        self.done = threading.Event()
        self.stop = Stop()
        self._cloud = cloud
        self._work = work
        self._on_end = on_end
        self._changed = threading.Condition(threading.RLock())
        self._running: set[str] = set()

    def start(self) -> None:
        """Start the run from its stored document: tasks that have ended are not run again."""
        threading.Thread(target=self._conduct, name=f"run-{self.run_id}", daemon=True).start()

    def cancel(self, message: str) -> None:
        """Stop the run's tasks and end it as cancelled."""
        self._halt(Result.CANCELED, message)

    def retime(self, timeout_s: int | None) -> None:
        """Change the run's time limit, counted from its start; None or 0 for no limit."""
        with self._changed:
            self.run["settings"] = {**self.run["settings"], "timeout_seconds": timeout_s}
            self._changed.notify_all()

    def save(self) -> None:
        """Store the run's document."""
        with self._changed:
            self._cloud.store.put("job_run", str(self.run_id), self.run)

    def _halt(self, reason: Result, message: str) -> None:
        with self._changed:
            self.stop.set(reason, message)
            self._changed.notify_all()

    def _conduct(self) -> None:
        try:
            self._advance()
        except Exception as error:  # noqa: BLE001 - a run must end, whatever goes wrong in conducting it
            with self._changed:
                message = f"The local cloud failed: {type(error).__name__}: {error}"
                records.interrupt(self.run)
                self.run["message"] = message
        finally:
            self.save()
            self.done.set()
            self._on_end(self.run_id)

    def _advance(self) -> None:
        with self._changed:
            self.run.update(state="RUNNING", start_ms=self.run["start_ms"] or now_ms())
            self.save()
            began_s = time.monotonic()
            while self._start_what_may() or self._running:
                timeout_s = int(self.run["settings"].get("timeout_seconds") or 0)
                left_s = began_s + timeout_s - time.monotonic() if timeout_s and not self.stop.is_set() else None
                if left_s is not None and left_s <= 0:
                    self.stop.set(Result.TIMEDOUT, f"The run was stopped: it ran longer than its {timeout_s} s.")
                self._changed.wait(left_s if left_s is None or left_s > 0 else None)
            self._finish()

    def _start_what_may(self) -> bool:
        """Start the tasks that can start; returns whether any was started."""
        tasks = self.run["settings"].get("tasks") or []
        ended = records.ended_tasks(self.run)
        if self.stop.is_set():
            self._settle_unstarted(ended)
            return False
        step = graph.next_step(tasks, ended, frozenset(self._running))
        attempts = records.latest(self.run)
        for key, result in step.settled.items():
            message = "" if result in graph.LEFT_OUT else "An upstream task failed."
            records.settle(attempts[key], "SKIPPED", result, message, code_of(result))
        for key in step.start:
            self._running.add(key)
            threading.Thread(target=self._run_task, args=(key,), name=f"task-{key}", daemon=True).start()
        if step.settled or step.start:
            self.save()
        return bool(step.start)

    def _settle_unstarted(self, ended: Mapping[str, graph.Ended]) -> None:
        for key, attempt in records.latest(self.run).items():
            if key not in ended and key not in self._running:
                reason = self.stop.reason or Result.CANCELED
                records.settle(attempt, "SKIPPED", reason, self.stop.message, code_of(reason))

    def _run_task(self, key: str) -> None:
        task = next(task for task in self.run["settings"]["tasks"] if task["task_key"] == key)
        try:
            while not self._try_task(task):
                self.stop.sleep(self._pause_s(task))
        finally:
            with self._changed:
                self._running.discard(key)
                self._changed.notify_all()

    def _try_task(self, task: Mapping[str, Any]) -> bool:
        """One attempt. Returns whether the task has ended; if not, the next attempt is prepared."""
        with self._changed:
            attempt = records.latest(self.run)[task["task_key"]]
            attempt.update(state="RUNNING", start_ms=now_ms())
            self.save()
        outcome = self._outcome(task, attempt)
        with self._changed:
            self._record(attempt, outcome)
            again = self._may_retry(task, attempt, outcome) and not self.stop.is_set()
            if again:
                records.add_attempt(self._cloud.store, self.run, task["task_key"]).update(
                    state="WAITING_FOR_RETRY", number=attempt["number"] + 1
                )
            self.save()
        return not again

    def _may_retry(self, task: Mapping[str, Any], attempt: Document, outcome: Outcome) -> bool:
        """By the task's own rules; in a continuous job also while other tasks run, or if it is the only one."""
        settings = self.run["settings"]
        if not settings.get("continuous"):
            return may_retry(task, attempt, outcome)
        others = len(self._running) > 1 or len(settings["tasks"]) == 1
        return others and may_retry({"max_retries": continuous.retries(settings)}, attempt, outcome)

    def _pause_s(self, task: Mapping[str, Any]) -> float:
        if self.run["settings"].get("continuous"):
            return float(continuous.FIRST_RETRY_S * 2 ** (records.latest(self.run)[task["task_key"]]["number"] - 1))
        return float((task.get("min_retry_interval_millis") or 0) / 1000)

    def _outcome(self, task: Mapping[str, Any], attempt: Document) -> Outcome:
        try:
            scope = self.scope(task, attempt)
            kind = kind_of(task)
            # A loop's inner task is resolved per iteration, when {{input}} is known.
            resolved = task if kind == "for_each_task" else resolve(dict(task), scope)
            return self._work[kind](resolved, attempt, self, scope)
        except UnknownReferenceError as error:
            return refused(str(error))
        except Exception as error:  # noqa: BLE001 - a task must end, whatever goes wrong around it
            message = f"The local cloud failed: {type(error).__name__}: {error}"
            return Outcome(result=Result.FAILED, message=message, error=message, code="INTERNAL_ERROR", retryable=False)

    def _record(self, attempt: Document, outcome: Outcome) -> None:
        attempt.update(
            error=outcome.error,
            error_trace=outcome.error_trace,
            outcome=outcome.outcome,
            values=dict(outcome.values),
            notebook_result=outcome.notebook_result,
            child_run_id=outcome.child_run_id or attempt["child_run_id"],
            iterations=[dict(iteration) for iteration in outcome.iterations],
        )
        code = outcome.code or code_of(outcome.result)
        records.settle(attempt, "TERMINATED", outcome.result, outcome.message, code)

    def scope(self, task: Mapping[str, Any], attempt: Document) -> Scope:
        """The values that the references of this attempt can use."""
        workspace = self._cloud.workspace(self.run["workspace"])
        attempts = records.latest(self.run)
        return Scope(
            job_id=self.run["job_id"],
            job_name=self.run["name"],
            run_id=self.run_id,
            repair_count=len(self.run["repairs"]),
            trigger=self.run["trigger"].lower(),
            start_time_ms=self.run["start_ms"],
            model_updates=self.run.get("model_updates") or [],
            trigger_time_ms=self.run.get("scheduled_ms") or self.run["start_ms"],
            parameters=self.run["parameters"],
            workspace_id=workspace.workspace_id,
            workspace_url=workspace.url,
            task_name=task["task_key"],
            task_run_id=attempt["run_id"],
            execution_count=attempt["number"] + 1,
            ended=records.ended_tasks(self.run),
            values={key: found["values"] for key, found in attempts.items()},
            run_ids={key: found["run_id"] for key, found in attempts.items()},
        )

    def _finish(self) -> None:
        tasks = self.run["settings"].get("tasks") or []
        result = graph.run_result(tasks, records.ended_tasks(self.run))
        if self.stop.is_set() and result is not Result.SUCCESS:
            result = self.stop.reason or result
        failed = [a for a in records.latest(self.run).values() if a["result"] in (Result.FAILED, Result.TIMEDOUT)]
        message = self.stop.message if self.stop.is_set() else "; ".join(_blame(attempt) for attempt in failed)
        state = "INTERNAL_ERROR" if result is Result.FAILED else "TERMINATED"
        records.settle(self.run, state, result, message, code_of(result))


def _blame(attempt: Mapping[str, Any]) -> str:
    return f"Task {attempt['task_key']} failed with message: {attempt['message']}"


def may_retry(task: Mapping[str, Any], attempt: Mapping[str, Any], outcome: Outcome) -> bool:
    """Whether the task's own rules allow another attempt after `outcome`. `max_retries` -1 means no limit."""
    if outcome.result is Result.TIMEDOUT:
        wanted = bool(task.get("retry_on_timeout"))
    else:
        wanted = outcome.result is Result.FAILED and outcome.retryable
    limit = int(task.get("max_retries") or 0)
    return wanted and (limit < 0 or attempt["number"] < limit)
