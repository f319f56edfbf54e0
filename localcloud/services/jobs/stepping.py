"""Advances the local clock and starts what falls due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from localcloud.kernel import clock, identity
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document
from localcloud.services.jobs import deployment_jobs, model_updates, triggers
from localcloud.services.jobs.arrivals import Arrivals, arrivals
from localcloud.services.jobs.continuous import Rhythm, rhythm
from localcloud.services.jobs.model_updates import ModelUpdates
from localcloud.services.jobs.runner import Runner
from localcloud.services.jobs.triggers import CONTINUOUS, FILE_ARRIVAL, Due, Memory
from localcloud.services.unity import model_events
from localcloud.services.unity import volume_paths as volumes

# In the store, by job id: the memory of a file-arrival and of a model-update trigger, and of a continuous job.
_ARRIVALS = "file_arrivals"
_MODEL_UPDATES = "model_updates"
_RHYTHMS = "continuous_runs"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A job with a trigger and the trigger's state; `problem` says why its source cannot be read."""

    job: Document
    memory: Memory
    problem: str = ""


class Timed(Protocol):
    """Anything besides jobs that the clock starts."""

    @property
    def at(self) -> datetime:
        """When it is due."""

    def start(self) -> None:
        """Start it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The result of a step: the times before and after, each started run, and triggers that could not be read.

    `beside` is what else was started on the way, in order.
    """

    was: datetime
    now: datetime
    fired: tuple[tuple[Due, Document], ...]
    problems: tuple[Watched, ...]
    beside: tuple[Timed, ...] = ()


def step(
    cloud: Cloud,
    runner: Runner,
    choose: Callable[[datetime], datetime],
    *,
    stop_at_first: bool,
    beside: Callable[[datetime, datetime], Sequence[Timed]] = lambda _, __: (),
) -> Step:
    """Move the clock to the time that `choose` returns, and start every run that is due until then, in order.

    `beside` says what else is due after one time and not after another.
    `stop_at_first` ends the step at the first moment at which a run is due, so that the caller can let it end before
    time goes on. The clock moves last: after `kill -9` in between, what was started is started again by the next step
    (the run that was killed says so), but for events of models: each has one run.

    Raises `ApiError` 400 for a time before the clock's.
    """
    with cloud.lock:
        now = clock.now(cloud.store)
        until = choose(now)
        if until < now:
            raise bad_request(f"The clock shows {now.isoformat()} and goes forward only: give a later time.")
        seen = {watched.job["job_id"]: watched for watched in watch(cloud, now)}
        linked = list(deployment_jobs.due(cloud, now))
        plan = sorted([*_due(seen, now, until), *linked], key=lambda due: (due.at, due.job_id))
        others = sorted(beside(now, until), key=lambda each: each.at)
        first = min([*(due.at for due in plan[:1]), *(each.at for each in others[:1])], default=until)
        moment = first if stop_at_first else until
        fired = tuple((due, _start(cloud, runner, seen.get(due.job_id), due)) for due in plan if due.at <= moment)
        started = {due.job_id for due, _ in fired if not due.deployment_of}
        for watched in seen.values():
            if watched.job["job_id"] not in started:
                _remember(cloud, watched.job, watched.memory)
        due_beside = tuple(each for each in others if each.at <= moment)
        for each in due_beside:
            each.start()
        shown = clock.move(cloud.store, moment)
        problems = tuple(w for w in seen.values() if w.problem)
        return Step(was=now, now=shown, fired=fired, problems=problems, beside=due_beside)


def watch(cloud: Cloud, now: datetime) -> list[Watched]:
    """Every job with a trigger, oldest first, with the files that arrived by `now`."""
    jobs = [job for job in cloud.store.all("job") if triggers.kind(job["settings"])]
    return [_watched(cloud, job, now) for job in jobs]


def _watched(cloud: Cloud, job: Document, now: datetime) -> Watched:
    if triggers.kind(job["settings"]) == CONTINUOUS:
        kept = rhythm(cloud.store.get(_RHYTHMS, str(job["job_id"])))
        return Watched(job=job, memory=kept.found(_newest_run(cloud, job), now))
    updates = triggers.model_update(job["settings"])
    if updates is not None:
        return Watched(job=job, memory=_model_updates(cloud, job, updates))
    trigger = triggers.file_arrival(job["settings"])
    if trigger is None:
        return Watched(job=job, memory=Arrivals())
    known = cloud.store.get(_ARRIVALS, str(job["job_id"]))
    # Another place has other files.
    before = arrivals(known if known and known["url"] == trigger["url"] else None)
    try:
        present = _files(cloud, job, trigger["url"])
    except ApiError as error:
        return Watched(job=job, memory=before, problem=f"{trigger['url']} cannot be watched: {error.message}")
    return Watched(job=job, memory=before.found(present, now))


def _model_updates(cloud: Cloud, job: Document, trigger: Mapping[str, Any]) -> ModelUpdates:
    """The state with the events for the job; it is reset if the trigger now watches something else."""
    known = cloud.store.get(_MODEL_UPDATES, str(job["job_id"]))
    if known is None or known["watched"] != _watched_models(trigger):
        known = {"after": model_events.newest(cloud.store) if known else _before(cloud, job)}
    runs = cloud.store.having("job_run", job_id=job["job_id"])
    memory = model_updates.remembered(known, [number for run in runs for number in run.get("events") or []])
    return memory.found(model_events.after(cloud.store, memory.after), trigger)


def _before(cloud: Cloud, job: Document) -> int:
    """The number of the newest event before the job was created."""
    return max((e["number"] for e in cloud.store.all(model_events.KIND) if e["ms"] < job["created_ms"]), default=0)


def _watched_models(trigger: Mapping[str, Any]) -> Document:
    return {name: trigger.get(name) for name in ("securable_name", "condition", "aliases")}


def _files(cloud: Cloud, job: Document, url: str) -> frozenset[str]:
    """The files at and below a volume's path that the job's principal may see. Raises `ApiError`."""
    caller = identity.acting_as(cloud, job["run_as"], cloud.workspace(job["workspace"]))
    folder = volumes.resolve(cloud, caller, url, write=False).local
    below = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".upload-")]
    return frozenset(str(path.relative_to(folder)) for path in below)


def _due(seen: dict[int, Watched], now: datetime, until: datetime) -> list[Due]:
    found = [
        triggers.due(job_id, watched.job["settings"], watched.memory, now, until)
        for job_id, watched in seen.items()
        if not watched.problem
    ]
    return [due for due in found if due]


def _start(cloud: Cloud, runner: Runner, watched: Watched | None, due: Due) -> Document:
    job = cloud.store.require("job", str(due.job_id))
    run = runner.submit(job, job["creator"], due.parameters, due.cause)
    if due.deployment_of:
        deployment_jobs.started(cloud.store, run)
    elif watched is None:
        raise ValueError(f"nothing watches job {due.job_id}")
    elif isinstance(watched.memory, Rhythm):
        _remember(cloud, job, replace(watched.memory, run_id=run["run_id"], active=True))
    elif isinstance(watched.memory, ModelUpdates) or due.trigger == FILE_ARRIVAL:
        _remember(cloud, job, watched.memory.fired(due.at))
    return run


def _newest_run(cloud: Cloud, job: Document) -> Document | None:
    return max(
        cloud.store.having("job_run", job_id=job["job_id"]),
        key=lambda run: int(run["run_id"]),
        default=None,
    )


def _remember(cloud: Cloud, job: Document, seen: Memory) -> None:
    if isinstance(seen, Rhythm):
        cloud.store.put(_RHYTHMS, str(job["job_id"]), seen.document())
        return
    updates = triggers.model_update(job["settings"])
    if isinstance(seen, ModelUpdates) and updates is not None:
        cloud.store.put(_MODEL_UPDATES, str(job["job_id"]), {"watched": _watched_models(updates), **seen.document()})
        return
    trigger = triggers.file_arrival(job["settings"])
    if isinstance(seen, Arrivals) and trigger is not None:
        cloud.store.put(_ARRIVALS, str(job["job_id"]), {"url": trigger["url"], **seen.document()})
