"""Runs updates: one at a time per pipeline, as its principal, from the source and wheels in its settings."""

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document
from localcloud.services.compute import runtimes
from localcloud.services.jobs.graph import Result
from localcloud.services.jobs.outcome import Outcome, Stop
from localcloud.services.pipelines import records, settings


class Code(Protocol):
    """Runs code as a principal: the runner of the jobs' tasks."""

    def run(
        self,
        task: Mapping[str, Any],
        settings: Mapping[str, Any],
        *,
        run_as: str,
        workspace: str,
        run_id: int,
        stop: Stop,
    ) -> Outcome:
        """Run the task to its end."""


class Updates:
    """All active updates of this local cloud. Safe to use from several threads."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.RLock()
        self._stops: dict[str, Stop] = {}
        self.ended = threading.Condition(self._lock)

    def start(self, pipeline: Document, code: Code, *, cause: str, full_refresh: bool) -> Document:
        """Start an update, run by `code`. Raises `ApiError` 400 for unsupported settings, 409 while one is running."""
        require_runnable(pipeline)
        pipeline_id = pipeline["pipeline_id"]
        with self._lock:
            found = records.updates(self._cloud, pipeline_id)
            active = [update["update_id"] for update in found if update["state"] not in records.ENDED]
            if active:
                message = f"An active update {active[0]} already exists for pipeline '{pipeline_id}'."
                raise ApiError(409, "RESOURCE_CONFLICT", message)
            update = records.new_update(self._cloud, pipeline, cause=cause, full_refresh=full_refresh)
            stop = self._stops[update["update_id"]] = Stop()
        threading.Thread(target=self._conduct, args=(code, pipeline, update, stop), name="update", daemon=True).start()
        return update

    def stop(self, pipeline_id: str) -> None:
        """Stop the pipeline's update; no effect if none is active."""
        with self._lock:
            for update in records.updates(self._cloud, pipeline_id):
                if update["update_id"] in self._stops:
                    self._stops[update["update_id"]].set(Result.CANCELED, "Stopped by a user.")

    def wait(self, update_id: str, timeout_s: float) -> bool:
        """Whether the update finished within `timeout_s`."""
        with self.ended:
            return self.ended.wait_for(lambda: update_id not in self._stops, timeout_s)

    def _conduct(self, code: Code, pipeline: Document, update: Document, stop: Stop) -> None:
        update = {**update, "state": records.RUNNING}
        self._cloud.store.put(records.UPDATE, update["update_id"], update)
        try:
            outcome = self._run(code, pipeline, update, stop)
            state = {Result.SUCCESS: records.COMPLETED, Result.CANCELED: records.CANCELED}.get(
                outcome.result, records.FAILED
            )
            events, message = outcome.values.get("events") or [], outcome.error or outcome.message
        except Exception as error:  # noqa: BLE001 - an update must end, whatever goes wrong in conducting it
            state, events, message = records.FAILED, [], f"The local cloud failed: {type(error).__name__}: {error}"
        with self.ended:
            records.settle(self._cloud, update, state, events, message)
            del self._stops[update["update_id"]]
            self.ended.notify_all()

    def _run(self, code: Code, pipeline: Document, update: Document, stop: Stop) -> Outcome:
        spec = pipeline["spec"]
        told = {
            "pipeline_id": pipeline["pipeline_id"],
            "catalog": spec["catalog"],
            "schema": spec["schema"],
            "configuration": spec.get("configuration") or {},
        }
        task = {
            "task_key": "update",
            "environment_key": "main",
            "pipeline_source": {"python_file": settings.source_files(spec)[0], "pipeline": told},
        }
        wheels = (spec.get("environment") or {}).get("dependencies") or []
        # Pipelines name a channel, and no version of libraries: wheels are held against those of serverless jobs.
        environment = {"environment_version": runtimes.newest_environment(), "dependencies": wheels}
        return code.run(
            task,
            {"environments": [{"environment_key": "main", "spec": environment}]},
            run_as=pipeline["run_as"],
            workspace=pipeline["workspace"],
            run_id=update["run_id"],
            stop=stop,
        )


def require_runnable(pipeline: Document) -> None:
    """Raise `ApiError` 400 for a pipeline that the local cloud cannot run."""
    problems = settings.unrunnable(pipeline["spec"])
    if problems:
        raise bad_request(f"The pipeline is not run here: {'; '.join(problems)}.")


def of(cloud: Cloud) -> Updates:
    """The updates of `cloud`, created at first use; interrupted ones are marked."""
    with cloud.lock:
        found = cloud.parts.get("updates")
        if isinstance(found, Updates):
            return found
        made = cloud.parts["updates"] = Updates(cloud)
    for update in cloud.store.all(records.UPDATE):
        if update["state"] not in records.ENDED:
            records.settle(cloud, update, records.FAILED, [], records.INTERRUPTED)
    return made
