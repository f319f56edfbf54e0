"""Activities that run together: those of a pipeline, or those of one iteration of a container activity."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import control, databricks, graph, records, web
from localcloud.services.data_factory.expressions import ExpressionError, Scope, evaluate
from localcloud.services.data_factory.graph import Status
from localcloud.services.data_factory.identities import ActivityError
from localcloud.services.data_factory.policy import policy_of
from localcloud.services.data_factory.scope import scope_of
from localcloud.services.data_factory.variables import Variables

_INACTIVE = "Inactive"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """State shared by all activities of a run. `lock` is held while its document changes."""

    cloud: Cloud
    run: Document
    variables: Variables
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def save(self) -> None:
        """Store the run in its current state."""
        with self.lock:
            records.save(self.cloud, self.run)


class Block:
    """`around`: outputs of enclosing activities by name; `item`: the current element of a loop, in a list."""

    def __init__(
        self,
        shared: Shared,
        activities: Sequence[Mapping[str, Any]],
        around: Mapping[str, Document] | None = None,
        item: Sequence[Any] = (),
    ) -> None:
        self._shared, self._activities, self._around, self._item = shared, activities, around or {}, item
        self._changed = threading.Condition(shared.lock)
        self._ended: dict[str, Status] = {}
        self._busy: set[str] = set()
        self._outputs: dict[str, Document] = {}

    def conduct(self) -> tuple[Status, list[tuple[str, str]]]:
        """Run to the end; returns the result, and each failed activity that caused it with its error."""
        with self._changed:
            while (moved := self._start_what_may()) or self._busy:
                if not moved:
                    self._changed.wait()
        if self._shared.stop.is_set():
            return Status.CANCELLED, []
        status, failed = graph.result(self._activities, self._ended)
        return status, [(name, self._blame(name)) for name in failed]

    def scope(self, *item: Any) -> Scope:
        """The values that expressions can use now; `item`: those of another element."""
        with self._shared.lock:
            said = {name: {"status": status.value} for name, status in self._ended.items()}
            known = {**self._around, **said, **self._outputs}
            return scope_of(self._shared.run, known, self._shared.variables, item or self._item)

    def _start_what_may(self) -> bool:
        """Start and skip activities as their conditions allow; returns whether anything changed."""
        if self._shared.stop.is_set():
            return False
        starting, skipped = graph.next_step(self._activities, self._ended, frozenset(self._busy))
        self._ended |= dict.fromkeys(skipped, Status.SKIPPED)
        for activity in starting:
            self._busy.add(activity["name"])
            threading.Thread(target=self._carry_out, args=(activity,), daemon=True).start()
        return bool(skipped)

    def _blame(self, name: str) -> str:
        found = self._outputs.get(name)
        return str(found["error"]["message"]) if found else "it was skipped"

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
            if status is not Status.FAILED or self._shared.stop.is_set():
                break
        return status

    def _one_try(self, activity: Mapping[str, Any], attempt: int) -> Status:
        with self._changed:
            row = records.new_activity(self._shared.run, activity, attempt)
            self._shared.save()
        try:
            output, status = self._done(activity, row), Status.SUCCEEDED
        except ActivityError as error:
            output, status = error.output, Status.CANCELLED if self._shared.stop.is_set() else Status.FAILED
            row["error"] |= {"errorCode": error.code, "message": error.message, "failureType": "UserError"}
        with self._changed:
            row["output"] = output
            records.end(row, status, "activityRunEnd")
            self._outputs[activity["name"]] = {"output": output, "error": row["error"], "status": status.value}
            self._shared.save()
        return status

    def _done(self, activity: Mapping[str, Any], row: Document) -> dict[str, Any]:
        """The output of a finished activity. Raises ActivityError."""
        own = activity.get("typeProperties") or {}
        cloud, factory = self._shared.cloud, ResourceId(self._shared.run["factory"])
        try:
            if activity["type"] in control.KINDS:
                turn = self._turn(activity["type"], own)
                row["input"] = control.own_part(turn)
                return control.run(turn)
            row["input"] = evaluate(own, self.scope())
            ready, timeout_s = {**activity, "typeProperties": row["input"]}, policy_of(activity).timeout_s
            if activity["type"] == "WebActivity":
                return web.run(cloud, factory, ready, timeout_s)
            return databricks.run(cloud, factory, ready, self._shared.stop, timeout_s)
        except ExpressionError as error:
            raise ActivityError("InvalidTemplate", str(error)) from error
        except ActivityError:
            raise
        except Exception as error:
            raise ActivityError("InternalError", f"The local cloud failed: {type(error).__name__}: {error}") from error

    def _turn(self, kind: str, own: Mapping[str, Any]) -> control.Turn:
        """A control activity. Its inner activities see all outputs so far, and the element of the loop."""
        shared = self._shared
        with shared.lock:
            known = {**self._around, **self._outputs}

        def inner(activities: Sequence[Mapping[str, Any]], item: Sequence[Any] = ()) -> Block:
            return Block(shared, activities, known, item or self._item)

        return control.Turn(
            kind=kind, own=own, variables=shared.variables, stop=shared.stop, scope=self.scope, inner=inner
        )
