"""One run of a pipeline: activities in threads, each tried as often as its policy says."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import databricks, graph, records, web
from localcloud.services.data_factory.expressions import ExpressionError, evaluate
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.identities import ActivityError
from localcloud.services.data_factory.policy import policy_of
from localcloud.services.data_factory.scope import scope_of

_INACTIVE = "Inactive"


class Running:
    """A run under way. `done` is set once it is over and kept."""

    def __init__(
        self, cloud: Cloud, run: Document, activities: Sequence[Mapping[str, Any]], on_end: Callable[[Document], None]
    ) -> None:
        self.run, self.stop, self.done = run, threading.Event(), threading.Event()
        self._cloud, self._activities, self._on_end = cloud, activities, on_end
        self._factory = ResourceId(run["factory"])
        self._changed = threading.Condition(threading.RLock())
        self._ended: dict[str, Status] = {}
        self._busy: set[str] = set()
        self._outputs: dict[str, Document] = {}

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self.run.update(status=Status.IN_PROGRESS.value, runStart=records.now())
        records.save(self._cloud, self.run)
        name = f"pipeline-{self.run['pipelineName']}"
        threading.Thread(target=self._conduct, name=name, daemon=True).start()

    def _conduct(self) -> None:
        with self._changed:
            while (moved := self._start_what_may()) or self._busy:
                if not moved:
                    self._changed.wait()
            self._finish()
        self.done.set()
        self._on_end(self.run)

    def _start_what_may(self) -> bool:
        """Start and skip what may be; whether anything changed."""
        if self.stop.is_set():
            return False
        starting, skipped = graph.next_step(self._activities, self._ended, frozenset(self._busy))
        self._ended |= dict.fromkeys(skipped, Status.SKIPPED)
        for activity in starting:
            self._busy.add(activity["name"])
            threading.Thread(target=self._carry_out, args=(activity,), daemon=True).start()
        return bool(skipped)

    def _finish(self) -> None:
        if self.stop.is_set():
            status, message = Status.CANCELLED, "The run was cancelled."
        else:
            status, failed = graph.result(self._activities, self._ended)
            message = "; ".join(self._blame(name) for name in failed)
        self.run["message"] = message
        records.end(self.run, status, "runEnd")
        records.save(self._cloud, self.run)

    def _blame(self, name: str) -> str:
        rows = [row for row in self.run["activities"] if row["activityName"] == name]
        return f"Operation on target {name} failed: {rows[-1]['error']['message'] if rows else 'it was skipped'}"

    def _carry_out(self, activity: Mapping[str, Any]) -> None:
        status = Status.FAILED
        try:
            status = self._tried(activity)
        finally:
            with self._changed:
                self._ended[activity["name"]] = status
                self._busy.discard(activity["name"])
                self._changed.notify_all()

    def _tried(self, activity: Mapping[str, Any]) -> Status:
        if activity.get("state") == _INACTIVE:
            return Status(activity.get("onInactiveMarkAs") or Status.SUCCEEDED)
        for attempt in range(policy_of(activity).retry + 1):
            status = self._one_try(activity, attempt)
            if status is not Status.FAILED or self.stop.is_set():
                break
        return status

    def _one_try(self, activity: Mapping[str, Any], attempt: int) -> Status:
        with self._changed:
            row = records.new_activity(self.run, activity, attempt)
            records.save(self._cloud, self.run)
            scope = scope_of(self.run, self._ended, self._outputs)
        try:
            output, status = self._done(activity, row, partial(evaluate, scope=scope)), Status.SUCCEEDED
        except ActivityError as error:
            output, status = error.output, Status.CANCELLED if self.stop.is_set() else Status.FAILED
            row["error"] |= {"errorCode": error.code, "message": error.message, "failureType": "UserError"}
        with self._changed:
            row["output"] = output
            records.end(row, status, "activityRunEnd")
            self._outputs[activity["name"]] = {"output": output, "error": row["error"], "status": status.value}
            records.save(self._cloud, self.run)
        return status

    def _done(self, activity: Mapping[str, Any], row: Document, evaluated: Callable[[Any], Any]) -> dict[str, Any]:
        try:
            row["input"] = evaluated(activity.get("typeProperties") or {})
            ready = {**activity, "typeProperties": row["input"]}
            timeout_s = policy_of(activity).timeout_s
            if activity["type"] == "WebActivity":
                return web.run(self._cloud, self._factory, ready, timeout_s)
            return databricks.run(self._cloud, self._factory, ready, self.stop, timeout_s)
        except ExpressionError as error:
            raise ActivityError("InvalidTemplate", str(error)) from error
        except ActivityError:
            raise
        except Exception as error:
            raise ActivityError("InternalError", f"The local cloud failed: {type(error).__name__}: {error}") from error
