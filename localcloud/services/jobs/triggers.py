"""Triggers of jobs on the local clock: schedules, file arrival, model updates, continuous runs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.services.jobs.arrivals import Arrivals
from localcloud.services.jobs.continuous import Rhythm
from localcloud.services.jobs.model_updates import MODEL, ModelUpdates, told
from localcloud.services.jobs.records import Cause
from schedules import last_fire, next_fire

PERIODIC, FILE_ARRIVAL, CONTINUOUS = "PERIODIC", "FILE_ARRIVAL", "CONTINUOUS"
Settings = Mapping[str, Any]
Memory = Arrivals | Rhythm | ModelUpdates


@dataclass(frozen=True, kw_only=True)
class Due:
    """A run of a job that is due at a time of the local clock (UTC).

    `events` of models are what a model-update trigger fires for; `deployment_of` is the number of the event that a
    model's deployment job is started for, with `parameters`.
    """

    job_id: int
    trigger: str
    at: datetime
    events: tuple[Mapping[str, Any], ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    deployment_of: int = 0

    @property
    def cause(self) -> Cause:
        """As the run records it."""
        return Cause(
            trigger=self.trigger,
            at_ms=int(self.at.timestamp() * 1000),
            model_updates=tuple(told(self.events)),
            events=tuple(event["number"] for event in self.events),
            deployment_of=self.deployment_of,
        )


def file_arrival(settings: Settings) -> Mapping[str, Any] | None:
    """The file-arrival trigger of a job, or None."""
    found: Mapping[str, Any] | None = (settings.get("trigger") or {}).get("file_arrival")
    return found


def model_update(settings: Settings) -> Mapping[str, Any] | None:
    """The model-update trigger of a job, or None."""
    found: Mapping[str, Any] | None = (settings.get("trigger") or {}).get("model")
    return found


def kind(settings: Settings) -> str | None:
    """What starts the job by itself, paused or not: `PERIODIC`, `FILE_ARRIVAL`, `MODEL`, `CONTINUOUS`, a kind that is
    kept and never fires here (`periodic`, `table_update`), or None.
    """
    if settings.get("schedule"):
        return PERIODIC
    if file_arrival(settings):
        return FILE_ARRIVAL
    if model_update(settings):
        return MODEL
    others = [name for name in settings.get("trigger") or {} if name != "pause_status"]
    return CONTINUOUS if settings.get("continuous") else next(iter(others), None)


def waits_for(settings: Settings) -> str:
    """The job's trigger in words; empty if it has none."""
    by = kind(settings)
    if by == PERIODIC:
        return f"{settings['schedule']['quartz_cron_expression']} {settings['schedule']['timezone_id']}"
    arrival = file_arrival(settings)
    if arrival is not None:
        return f"new files in {arrival['url']}"
    model = model_update(settings)
    if model is not None:
        return f"{model['condition']} of {model.get('securable_name') or 'any model'}"
    if by == CONTINUOUS:
        return "the end of its last run"
    return f"{by}, which is kept and never fires here" if by else ""


def paused(settings: Settings) -> bool:
    """Whether the job's trigger is paused."""
    parts = [settings.get(name) or {} for name in ("schedule", "trigger", "continuous")]
    return any(part.get("pause_status") == "PAUSED" for part in parts)


def due(job_id: int, settings: Settings, memory: Memory, now: datetime, until: datetime) -> Due | None:
    """The run that is due after `now` and up to `until`, or None.

    However many fires of a schedule lie between, one run is due, at the last of them: a scheduler that was away
    catches up once, and these jobs work on whatever there is. Smaller steps give each fire its run.
    """
    if paused(settings):
        return None
    if kind(settings) == PERIODIC:
        schedule = settings["schedule"]
        at = last_fire(schedule["quartz_cron_expression"], schedule["timezone_id"], now, until)
        return Due(job_id=job_id, trigger=PERIODIC, at=at) if at else None
    at = _waiting(settings, memory, now)
    # One that became due while its job was paused fires at once.
    events = memory.next_run if isinstance(memory, ModelUpdates) else ()
    found = Due(job_id=job_id, trigger=str(kind(settings)), at=max(at, now), events=events) if at else None
    return found if at and at <= until else None


def next_due(settings: Settings, memory: Memory, now: datetime) -> datetime | None:
    """When the clock next starts the job, if known; None for never, or if it waits for files."""
    if paused(settings):
        return None
    if kind(settings) == PERIODIC:
        return next_fire(settings["schedule"]["quartz_cron_expression"], settings["schedule"]["timezone_id"], now)
    return _waiting(settings, memory, now)


def _waiting(settings: Settings, memory: Memory, now: datetime) -> datetime | None:
    """When the job is due by its stored state; None for never or unknown."""
    if isinstance(memory, Rhythm):
        return memory.due(now)
    if isinstance(memory, ModelUpdates):
        return memory.due(model_update(settings) or {})
    trigger = file_arrival(settings)
    return memory.due(trigger) if trigger else None
