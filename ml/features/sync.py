"""Waits until published rows can be looked up: publishing only starts a pipeline that copies them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.pipelines import UpdateStateInfo, UpdateStateInfoState

# A first copy also makes the pipeline and the online table, which takes minutes.
SYNC_LIMIT_S = 1800.0
# Publishing again starts an update by itself; where none is seen after this long, the task starts one.
START_LIMIT_S = 120.0
# The cluster's clock and the control plane's may differ; an update of the ingest before is older than this.
_CLOCK_DIFFERENCE = timedelta(seconds=60)
_IDLE, _COMPLETED = "idle", UpdateStateInfoState.COMPLETED.value
_ENDED_BADLY = (UpdateStateInfoState.FAILED.value, UpdateStateInfoState.CANCELED.value)


class NotSyncedError(RuntimeError):
    """The online table does not contain the published rows."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to look and how long to wait, in seconds, with the clock that counts them."""

    # Of small tables an early look sees the end; of large ones the looks become rarer.
    first_poll_s: float = 0.2
    longest_poll_s: float = 10.0
    start_limit_s: float = START_LIMIT_S
    limit_s: float = SYNC_LIMIT_S
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


def wait_for_sync(workspace: WorkspaceClient, pipeline_id: str, asked: datetime, pace: Pace | None = None) -> None:
    """Wait until an update of the pipeline that began at `asked` (UTC) or later is completed; print its progress.

    Raises NotSyncedError for an update that failed, was cancelled, or did not end in time.
    """
    pace = pace or Pace()
    began, poll_s = pace.clock(), pace.first_poll_s
    shown, started = "", False
    while True:
        update = newest_since(workspace.pipelines.get(pipeline_id).latest_updates or [], asked)
        state = update.state.value if update and update.state else _IDLE
        waited_s = pace.clock() - began
        if state != shown:
            print(f"publish: pipeline {pipeline_id} is {state} ({waited_s:.0f} s)", flush=True)
            shown = state
        if state == _COMPLETED:
            return
        _require_hope(pipeline_id, state, waited_s, pace.limit_s)
        if state == _IDLE and not started and waited_s >= pace.start_limit_s:
            workspace.pipelines.start_update(pipeline_id)
            started = True
        pace.sleep(poll_s)
        poll_s = min(1.5 * poll_s, pace.longest_poll_s)


def newest_since(updates: Sequence[UpdateStateInfo], asked: datetime) -> UpdateStateInfo | None:
    """The newest update that began at `asked` or later, allowing for clocks that differ. Pure."""
    begun = {created: update for update in updates if (created := _created(update)) >= asked - _CLOCK_DIFFERENCE}
    return begun[max(begun)] if begun else None


def _created(update: UpdateStateInfo) -> datetime:
    """The update's creation time; an update without one counts as the oldest."""
    text = update.creation_time
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def _require_hope(pipeline_id: str, state: str, waited_s: float, limit_s: float) -> None:
    """Raise NotSyncedError for an update that ended badly, or has taken longer than `limit_s`."""
    if state in _ENDED_BADLY:
        raise NotSyncedError(
            f"pipeline {pipeline_id} ended {state}, so the online table is unchanged: check the "
            "pipeline's log, then run the ingest again"
        )
    if waited_s >= limit_s:
        raise NotSyncedError(
            f"pipeline {pipeline_id} is {state} after {waited_s:.0f} s: look-ups may still read the rows of the "
            "previous ingest; check the pipeline, then run the ingest again"
        )
