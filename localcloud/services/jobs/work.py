"""The work of each kind of task: run code, evaluate a condition, run a job, loop."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol

from localcloud.kernel import acl, identity
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.jobs import records
from localcloud.services.jobs.conditions import ConditionError, decide
from localcloud.services.jobs.execution import Execution, Work
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.outcome import Outcome, Stop, refused, wait_for
from localcloud.services.jobs.records import Cause
from localcloud.services.jobs.references import Scope, resolve
from localcloud.services.jobs.settings import kind_of
from localcloud.services.jobs.wheel_task import WheelTasks
from localcloud.services.pipelines import records as pipelines
from localcloud.services.pipelines import updates as pipeline_updates

_BY_TASK = "RUN_JOB_TASK"


class Runs(Protocol):
    """The parts of the runner that a run-job task needs."""

    def submit(self, job: Document, creator: str, given: Mapping[str, str], cause: Cause) -> Document:
        """Start or queue a run."""

    def cancel(self, run_id: int, by: str) -> None:
        """Cancel a run."""

    def execution(self, run_id: int) -> Execution | None:
        """The run, if it is active."""


class TaskWork:
    """The work of every kind of task, one attempt each; the execution handles retries."""

    def __init__(self, cloud: Cloud, wheels: WheelTasks, runs: Runs) -> None:
        self._cloud = cloud
        self._wheels = wheels
        self._runs = runs

    def by_kind(self) -> dict[str, Work]:
        """The function for each kind in `settings.EXECUTED`."""
        return {
            "python_wheel_task": self._code,
            "notebook_task": self._code,
            "spark_python_task": self._code,
            "condition_task": _condition,
            "run_job_task": self._run_job,
            "for_each_task": self._for_each,
            "pipeline_task": self._pipeline,
        }

    def _code(self, task: Mapping[str, Any], attempt: Document, execution: Execution, _: Scope) -> Outcome:
        run = execution.run
        pushed = with_pushed_parameters(task, run["parameters"])
        kind = kind_of(pushed)
        attempt["given"] = {kind: _said(pushed[kind], "parameters", "named_parameters", "base_parameters")}
        return self._wheels.run(
            pushed,
            run["settings"],
            run_as=run["run_as"],
            workspace=run["workspace"],
            run_id=attempt["run_id"],
            stop=execution.stop,
        )

    def _run_job(self, task: Mapping[str, Any], attempt: Document, execution: Execution, _: Scope) -> Outcome:
        run, wanted = execution.run, task["run_job_task"]
        attempt["given"] = {"run_job_task": _said(wanted, "job_parameters")}
        job = self._cloud.store.get("job", str(wanted["job_id"]))
        if job is None or job["workspace"] != run["workspace"]:
            return refused(f"Job {wanted['job_id']} does not exist.", "RESOURCE_NOT_FOUND")
        try:
            self._require_may_run(run, job)
            cause = Cause(trigger=_BY_TASK, run_id=attempt["run_id"])
            child = self._runs.submit(job, run["run_as"], wanted.get("job_parameters") or {}, cause)
        except ApiError as error:
            return refused(error.message, "UNAUTHORIZED_ERROR" if error.status == 403 else "INVALID_RUN_CONFIGURATION")
        # Known at once, so that whoever watches the parent can follow the child.
        attempt["child_run_id"] = child["run_id"]
        execution.save()
        return self._await_child(child["run_id"], task, execution.stop)

    def _require_may_run(self, run: Document, job: Document) -> None:
        self._require_level(run, "jobs", str(job["job_id"]), "CAN_MANAGE_RUN")

    def _require_level(self, run: Document, kind: str, identifier: str, level: str) -> None:
        """Raise `ApiError` 403 unless the run's principal holds `level` on the object."""
        token = identity.mint(self._cloud, run["run_as"], run["workspace"], 60, f"run job from run {run['run_id']}")
        try:
            port = self._cloud.workspace(run["workspace"]).port
            caller = identity.authenticate(self._cloud, token, port)
            acl.require(self._cloud, caller, kind, identifier, level)
        finally:
            identity.revoke(self._cloud, token)

    def _await_child(self, run_id: int, task: Mapping[str, Any], stop: Stop) -> Outcome:
        timeout_s = int(task.get("timeout_seconds") or 0)
        deadline_s = time.monotonic() + timeout_s if timeout_s else None
        stopped = wait_for(lambda poll_s: self._is_over(run_id, poll_s), stop, deadline_s)
        if stopped is not None:
            self._runs.cancel(run_id, "the run that started it")
            return replace(stopped, child_run_id=run_id)
        child = self._cloud.store.require("job_run", str(run_id))
        if child["result"] in (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES):
            return Outcome(result=Result.SUCCESS, child_run_id=run_id)
        message = f"Run {run_id} of job {child['name']!r} ended as {child['result']}: {child['message']}"
        return Outcome(result=Result.FAILED, message=message, error=message, child_run_id=run_id)

    def _is_over(self, run_id: int, poll_s: float) -> bool:
        execution = self._runs.execution(run_id)
        if execution is not None:
            return execution.done.wait(poll_s)
        if records.is_final(self._cloud.store.require("job_run", str(run_id))):
            return True
        time.sleep(poll_s)
        return False

    def _pipeline(self, task: Mapping[str, Any], attempt: Document, execution: Execution, _: Scope) -> Outcome:
        run, wanted = execution.run, task["pipeline_task"]
        attempt["given"] = {"pipeline_task": dict(wanted)}
        found = pipelines.find(self._cloud, run["workspace"], str(wanted["pipeline_id"]))
        if found is None:
            return refused(f"Pipeline {wanted['pipeline_id']} does not exist.", "RESOURCE_NOT_FOUND")
        updates = pipeline_updates.of(self._cloud)
        try:
            self._require_level(run, "pipelines", found["pipeline_id"], "CAN_RUN")
            update = updates.start(found, self._wheels, cause="JOB_TASK", full_refresh=bool(wanted.get("full_refresh")))
        except ApiError as error:
            return refused(error.message, "UNAUTHORIZED_ERROR" if error.status == 403 else "INVALID_RUN_CONFIGURATION")
        timeout_s = int(task.get("timeout_seconds") or 0)
        deadline_s = time.monotonic() + timeout_s if timeout_s else None
        stopped = wait_for(lambda poll_s: updates.wait(update["update_id"], poll_s), execution.stop, deadline_s)
        if stopped is not None:
            updates.stop(found["pipeline_id"])
            return stopped
        return _of_an_update(pipelines.find_update(self._cloud, update["update_id"]))

    def _for_each(self, task: Mapping[str, Any], attempt: Document, execution: Execution, scope: Scope) -> Outcome:
        loop = task["for_each_task"]
        try:
            items = json.loads(resolve(loop["inputs"], scope))
        except ValueError:
            items = None
        if not isinstance(items, list):
            return refused(f"for_each_task inputs must be a JSON array; given: {loop['inputs']!r}")
        inner = {**loop["task"], "task_key": task["task_key"]}
        work = self.by_kind()[kind_of(inner)]

        def once(item: Any) -> Outcome:
            own = {**attempt, "run_id": self._cloud.store.next_id("run")}
            outcome = work(resolve(inner, replace(scope, item=item)), own, execution, scope)
            return replace(outcome, iterations=({"input": item, "run_id": own["run_id"], "error": outcome.error},))

        with ThreadPoolExecutor(max_workers=max(1, int(loop.get("concurrency") or 1))) as pool:
            outcomes = list(pool.map(once, items))
        return _together(outcomes)


def _of_an_update(update: Document) -> Outcome:
    """The result of a task that waited for an update of a pipeline."""
    if update["state"] == pipelines.COMPLETED:
        return Outcome(result=Result.SUCCESS)
    message = f"Update {update['update_id']} is {update['state']}: {update['events'][-1]['message']}"
    return Outcome(result=Result.FAILED, message=message, error=message)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    iterations = tuple(
        {**iteration, "result": outcome.result.value} for outcome in outcomes for iteration in outcome.iterations
    )
    failed = [outcome for outcome in outcomes if outcome.result is not Result.SUCCESS]
    if not failed:
        return Outcome(result=Result.SUCCESS, iterations=iterations)
    message = (
        f"{len(failed)} of {len(outcomes)} iterations failed, the first with: {failed[0].error or failed[0].message}"
    )
    return Outcome(result=failed[0].result, message=message, error=message, iterations=iterations)


def _condition(task: Mapping[str, Any], attempt: Document, _: Execution, __: Scope) -> Outcome:
    asked = task["condition_task"]
    attempt["resolved"] = {"left": asked["left"], "right": asked["right"]}
    attempt["given"] = {"condition_task": attempt["resolved"]}
    try:
        holds = decide(asked["op"], asked["left"], asked["right"])
    except ConditionError as error:
        return refused(str(error))
    return Outcome(result=Result.SUCCESS, outcome="true" if holds else "false")


def _said(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: part[name] for name in names if part.get(name)}


def with_pushed_parameters(task: Mapping[str, Any], parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """The parameters of a notebook or a named-parameter wheel, with the job's, which take precedence."""
    if task.get("notebook_task") is not None:
        notebook = task["notebook_task"]
        return {
            **task,
            "notebook_task": {**notebook, "base_parameters": _over(notebook, "base_parameters", parameters)},
        }
    wheel = task.get("python_wheel_task") or {}
    if not wheel.get("named_parameters"):
        return task
    named = _over(wheel, "named_parameters", parameters)
    return {**task, "python_wheel_task": {**wheel, "named_parameters": named}}


def _over(given: Mapping[str, Any], name: str, parameters: Mapping[str, str]) -> dict[str, str]:
    return {**(given.get(name) or {}), **parameters}
