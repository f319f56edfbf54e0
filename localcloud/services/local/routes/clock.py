"""The local clock: `/local/clock`. Databricks has no such route."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from localcloud.kernel import clock
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure.ids import ResourceId
from localcloud.services.data_factory import triggers as factory
from localcloud.services.jobs import triggers
from localcloud.services.jobs.runner import runner_of
from localcloud.services.jobs.stepping import Step, Watched, step, watch
from localcloud.services.sql.alert_rounds import evaluate_due

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/clock")
_FIELDS = ("advance_to", "advance_s", "stop_at_first")


@router.get("")
def show(cloud: CloudDep, caller: CallerDep) -> Document:
    """The local time, and every job with a trigger and its next start. Admin only."""
    caller.require_admin("see the clock")
    now = clock.now(cloud.store)
    jobs = [_waiting(watched, now) for watched in watch(cloud, now)]
    pipelines = [_trigger(cloud, each, now) for each in factory.started(cloud)]
    return {"now": _text(now), "jobs": jobs, "pipelines": pipelines}


@router.post("")
def advance(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Advance the clock and start the jobs that fall due. Admin only.

    `advance_to` is a time with its offset (ISO 8601), `advance_s` a number of seconds; exactly one is given. With
    `stop_at_first` the clock stops when the first run is due. SQL alerts whose schedules fall due are evaluated on
    the tables as they are at the end of the step.
    """
    caller.require_admin("step the clock")
    unknown = [field for field in body if field not in _FIELDS]
    if unknown:
        raise bad_request(f"{', '.join(unknown)} cannot be given: give advance_to or advance_s, and stop_at_first.")
    choose = _choice(body)
    done = step(
        cloud,
        runner_of(cloud),
        choose,
        stop_at_first=body.get("stop_at_first") is True,
        beside=lambda now, until: [_Firing(cloud, each) for each in factory.due(cloud, now, until)],
    )
    fired = [each for each in done.beside if isinstance(each, _Firing)]
    return _stepped(done) | {
        "pipelines": [_pipeline(each.fire, run) for each in fired for run in each.runs],
        "alerts": evaluate_due(cloud, done.was, done.now),
    }


@dataclass
class _Firing:
    """A trigger of a data factory that is due, and the runs that it started."""

    cloud: Cloud
    fire: factory.Fire
    runs: list[Document] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.fire.at

    def start(self) -> None:
        self.runs = factory.fire(self.cloud, self.fire)


def _choice(body: Document) -> Callable[[datetime], datetime]:
    """The new time, from the current one. Raises `ApiError` 400 for an invalid time."""
    to, by_s = body.get("advance_to"), body.get("advance_s")
    if (to is None) == (by_s is None):
        raise bad_request("Give exactly one of advance_to (such as 2026-01-31T00:00:00Z) and advance_s (seconds).")
    if to is not None:
        moment = _moment(to)
        return lambda _: moment
    if isinstance(by_s, bool) or not isinstance(by_s, int | float) or not 0 <= by_s < float("inf"):
        raise bad_request(f"advance_s {by_s!r} is not a number of seconds: give 0 or more.")
    return lambda now: _later(now, by_s)


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise bad_request(f"advance_to {text!r} is not a time with an offset: write it as 2026-01-31T00:00:00Z.")
    return moment.astimezone(UTC)


def _later(now: datetime, by_s: float) -> datetime:
    try:
        return now + timedelta(seconds=by_s)
    except OverflowError as error:
        raise bad_request(f"advance_s {by_s:g} leads beyond the year 9999: give less.") from error


def _stepped(done: Step) -> Document:
    fired = [
        {
            "workspace": run["workspace"],
            "job_id": run["job_id"],
            "job": run["name"],
            "trigger": due.trigger,
            "at": _text(due.at),
            "run_id": run["run_id"],
        }
        for due, run in done.fired
    ]
    problems = [_named(watched) | {"problem": watched.problem} for watched in done.problems]
    return {"was": _text(done.was), "now": _text(done.now), "fired": fired, "problems": problems}


def _waiting(watched: Watched, now: datetime) -> Document:
    settings = watched.job["settings"]
    at = None if watched.problem else triggers.next_due(settings, watched.memory, now)
    return _named(watched) | {
        "trigger": triggers.kind(settings),
        "paused": triggers.paused(settings),
        "next": _text(at) if at else None,
        "waits_for": watched.problem or triggers.waits_for(settings),
    }


def _trigger(cloud: Cloud, trigger: Document, now: datetime) -> Document:
    at = factory.next_due(cloud, trigger, now)
    found = ResourceId(trigger["id"])
    kind = trigger["properties"]["type"]
    return {"factory": found.parent.name, "trigger": found.name, "kind": kind, "next": _text(at) if at else None}


def _pipeline(fire: factory.Fire, run: Document) -> Document:
    """A run that a trigger of a data factory started. `url` is its page on the account's port."""
    return {
        "factory": fire.id.parent.name,
        "trigger": fire.id.name,
        "pipeline": run["pipelineName"],
        "at": _text(fire.at),
        "run_id": run["runId"],
        "url": f"{fire.id.parent.path}/pipelineruns/{run['runId']}",
    }


def _named(watched: Watched) -> Document:
    return {
        "workspace": watched.job["workspace"],
        "job_id": watched.job["job_id"],
        "job": watched.job["settings"].get("name", "Untitled"),
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
