"""Starts, queues, cancels and finds pipeline runs."""

import threading
from collections.abc import Mapping
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.errors import AzureError
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import definitions, records
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.running import Running

BY_HAND: Mapping[str, Any] = {"name": "Manual", "type": "Manual", "id": None}
_PART = "data_factory"


class Pipelines:
    """Every run of the factories. Safe to use from several threads."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.RLock()
        self._active: dict[str, Running] = {}
        self._queue: list[Document] = []
        self._recover()

    def submit(
        self, factory: ResourceId, name: str, given: Mapping[str, Any], trigger: Mapping[str, Any] = BY_HAND
    ) -> Document:
        """Start a pipeline run, or queue it if the concurrency of its pipeline or trigger is reached.

        Raises `AzureError` 404 for no such pipeline, 400 for its parameters, 501 for activities that do not run here.
        """
        own = self._pipeline(factory, name)
        definitions.require_runnable(name, own)
        run = records.new_run(factory.path, name, definitions.parameters_of(name, own, given), trigger)
        with self._lock:
            self._enqueue(run)
            self._admit()
        return run

    def cancel(self, run_id: str) -> None:
        """Cancel a run; no effect on a finished one."""
        with self._lock:
            active = self._active.get(run_id)
            if active is not None:
                active.stop.set()
            for run in [each for each in self._queue if each["runId"] == run_id]:
                self._queue.remove(run)
                self._end(run, Status.CANCELLED, "The run was cancelled.")

    def running(self, run_id: str) -> Running | None:
        """The active run; None for a queued or finished one."""
        return self._active.get(run_id)

    def _pipeline(self, factory: ResourceId, name: str) -> Mapping[str, Any]:
        found = resources.find(self._cloud, factory.child("pipelines", name))
        if found is None:
            raise AzureError(404, "PipelineNotFound", f"The pipeline '{name}' was not found in '{factory.name}'.")
        own: Mapping[str, Any] = found["properties"]
        return own

    def _enqueue(self, run: Document) -> None:
        records.save(self._cloud, run)
        self._queue.append(run)

    def _admit(self) -> None:
        """Start queued runs in order if there is room; a run whose pipeline was deleted fails."""
        for run in list(self._queue):
            own = resources.find(self._cloud, ResourceId(run["factory"]).child("pipelines", run["pipelineName"]))
            if own is None:
                self._queue.remove(run)
                self._end(run, Status.FAILED, f"The pipeline '{run['pipelineName']}' was deleted before the run began.")
            elif self._has_room(run, own["properties"].get("concurrency")):
                self._queue.remove(run)
                running = Running(self._cloud, run, own["properties"], self._over)
                self._active[run["runId"]] = running
                running.start()

    def _end(self, run: Document, status: Status, message: str) -> None:
        """End a run that never started."""
        run["message"] = message
        records.end(run, status, "runEnd")
        records.save(self._cloud, run)

    def _has_room(self, run: Document, limit: int | None) -> bool:
        others = [each.run for each in self._active.values() if each.run["factory"] == run["factory"]]
        same = sum(each["pipelineName"] == run["pipelineName"] for each in others)
        of_trigger, most = run["trigger"].get("id"), run["trigger"].get("maxConcurrency")
        by_it = sum(each["trigger"].get("id") == of_trigger for each in others)
        return (not limit or same < limit) and (not (of_trigger and most) or by_it < most)

    def _over(self, run: Document) -> None:
        with self._lock:
            del self._active[run["runId"]]
            left = int(run["trigger"].get("retries") or 0)
            if run["status"] == Status.FAILED and left:
                again = {**run["trigger"], "retries": left - 1}
                self._enqueue(records.new_run(run["factory"], run["pipelineName"], run["parameters"], again))
            self._admit()

    def _recover(self) -> None:
        """Mark runs that were active when the local cloud last stopped."""
        for run in self._cloud.store.all(records.RUN):
            if not records.is_final(run):
                for part, time in [(run, "runEnd"), *((row, "activityRunEnd") for row in run["activities"])]:
                    if not records.is_final(part):
                        records.end(part, Status.FAILED, time)
                run["message"] = records.INTERRUPTED
                records.save(self._cloud, run)


def pipelines_of(cloud: Cloud) -> Pipelines:
    """The runs of `cloud`, managed from the first call on."""
    with cloud.lock:
        found: Pipelines | None = cloud.parts.get(_PART)
        if found is None:
            found = cloud.parts[_PART] = Pipelines(cloud)
    return found
