"""Continuous jobs: when the next run is due after the last one, on the local clock. Pure.

A job has one run after another. After one that ended well the next follows soon; after failures in a row it waits twice
as long each time, up to a most. The local clock stands between two steps, so a run ended when a step found it ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from localcloud.kernel.store import Document

# Databricks names less than a minute between two runs, and no figures for its waits after failures.
SOON = timedelta(seconds=30)
_FIRST_WAIT = timedelta(minutes=1)
_MOST_WAIT = timedelta(hours=1)
# A failed task is tried again while another of the run goes on; a job of one task, three times.
TASK_RETRIES = 3
FIRST_RETRY_S = 1.0
# Whoever cancels a run, to have the next one with new settings, does not wait for it.
_WELL = ("SUCCESS", "CANCELED")


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """State of a job's newest run: `run_id` is None before the first. `failures` counts consecutive ones."""

    run_id: int | None = None
    active: bool = False
    ended_at: datetime | None = None
    failures: int = 0

    def found(self, newest: Mapping[str, Any] | None, now: datetime) -> "Rhythm":
        """The state with the job's newest run at `now`."""
        if newest is None:
            return self
        if newest["end_ms"] == 0:
            return replace(self, run_id=newest["run_id"], active=True)
        if newest["run_id"] == self.run_id and not self.active:
            return self
        failures = 0 if newest["result"] in _WELL else self.failures + 1
        return Rhythm(run_id=newest["run_id"], active=False, ended_at=now, failures=failures)

    def due(self, now: datetime) -> datetime | None:
        """When the next run starts; None while one is active."""
        if self.active:
            return None
        return now if self.ended_at is None else self.ended_at + _wait(self.failures)

    def document(self) -> Document:
        """The state as it is stored."""
        ended_at = self.ended_at.isoformat() if self.ended_at else None
        return {"run_id": self.run_id, "active": self.active, "ended_at": ended_at, "failures": self.failures}


def rhythm(document: Mapping[str, Any] | None) -> Rhythm:
    """The state from `Rhythm.document`; that of a job without a run for None."""
    if document is None:
        return Rhythm()
    ended_at = document["ended_at"]
    return Rhythm(**{**document, "ended_at": datetime.fromisoformat(ended_at) if ended_at else None})


def problems(settings: Mapping[str, Any]) -> Iterator[str]:
    """Settings that a continuous job must not have."""
    if not settings.get("continuous"):
        return
    for task in settings.get("tasks") or []:
        label = f"task {task.get('task_key')!r}"
        if task.get("depends_on"):
            yield f"{label} depends on others, which a continuous job's tasks cannot: make them one task"
        if task.get("max_retries") or task.get("retry_on_timeout"):
            yield f"{label} has a retry policy, which a continuous job's tasks cannot: leave it out"
    runs = settings.get("max_concurrent_runs")
    if runs not in (None, 1):
        yield f"max_concurrent_runs is {runs}: a continuous job has one run at a time"


def retries(settings: Mapping[str, Any]) -> int:
    """The number of retries of a failed task within a run of a continuous job."""
    return 0 if (settings.get("continuous") or {}).get("task_retry_mode") == "NEVER" else TASK_RETRIES


def _wait(failures: int) -> timedelta:
    return SOON if failures == 0 else min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _MOST_WAIT)
