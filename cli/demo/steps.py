"""The steps of the demo. Each reads from the records what is left to do, so a killed demo continues."""

import json
from collections.abc import Mapping

from cli.demo.answers import ask, served_version
from cli.demo.landing import Arrival, land
from cli.demo.masks import start_others
from cli.demo.records import read
from cli.demo.under_way import Demo, heading
from cli.errors import CommandError
from cli.local_cloud import load_stacks
from cli.model_records import new_parts
from cli.models import models_of
from cli.output import progress
from ml.declarations import hidden_columns
from ml.usecases import use_case as declaration
from ml.usecases.story import RETRAIN, SIGN_OFF, Records

_BY = "the demo"


def tell(demo: Demo) -> None:
    """The whole story, from an empty platform to a model that was replaced, rolled back and restored."""
    heading("staging tests the code on a sample, while prod takes in its history")
    land("staging", demo.use_case, demo.landing.sample)
    tested = demo.begin("staging", "integration")
    taken_in = take_in_history(demo)
    demo.follow("staging", "integration", tested)
    heading("prod trains its first champion from the history")
    first_champion(demo, taken_in)
    exploring = _explore(demo)
    heading("prod scores, and the endpoint is deployed")
    _serve_first(demo)
    _release(demo)
    train_others(demo)
    first, *later = demo.landing.arrivals
    _arrive(demo, first)
    if exploring is not None:
        heading("meanwhile dev trained on prod's gold tables, which it can read but not write")
        demo.follow("dev", "training", exploring)
    for arrival in later:
        _arrive(demo, arrival)
    _judge_on_newest(demo)
    heading("one roll-back, done and undone")
    _roll_back_and_return(demo)


def _done(what: str) -> None:
    progress.print(f"  done before: {what}", markup=False)


def take_in_history(demo: Demo) -> dict[str, int]:
    """Land the history in prod, and start its ingest and every job that creates a masked table; returns runs by job."""
    land("prod", demo.use_case, demo.landing.history)
    if demo.records().champion is not None:
        return {}
    return {demo.model.job("ingest"): demo.begin("prod", "ingest"), **start_others(demo.use_case)}


def first_champion(demo: Demo, taken_in: Mapping[str, int]) -> None:
    """Once the runs that ingest the history have ended, mask tables, and train until a version is live."""
    found = demo.records()
    if found.champion is not None:
        _done(f"version {found.champions[0]} was the first champion")
        return
    for job, run_id in taken_in.items():
        demo.follow_job("prod", job, run_id)
    if hidden_columns(declaration(demo.use_case)):
        load_stacks("prod-masks")
    demo.run("prod", "training")


def _explore(demo: Demo) -> int | None:
    """Start dev's training while prod continues; returns its run, or None if dev has a judged version."""
    found = read(models_of(demo.use_case, "dev")[0])
    if found.newest is not None and found.verdicts(found.newest).get(SIGN_OFF):
        _done("dev has a judged version")
        return None
    return demo.begin("dev", "training")


def _serve_first(demo: Demo) -> None:
    """Scoring comes first, because the endpoint's stack has a monitor on the table of predictions."""
    if not demo.records().decisions:
        demo.run("prod", "scoring")
    if demo.serves:
        load_stacks("prod-serving")
    ask_endpoint(demo, "after the first promotion")


def train_others(demo: Demo) -> None:
    """Train the use case's further models, each through its own gates; score with those that went live."""
    for model in models_of(demo.use_case, "prod")[1:]:
        heading(f"prod trains {model.full_name} too")
        if read(model).newest is not None:
            _done("it has a version")
            continue
        demo.run_job("prod", model.job("training"))
        if read(model).champion is not None:
            demo.run_job("prod", model.job("scoring"))


def _arrive(demo: Demo, arrival: Arrival) -> None:
    """Ingest, score and monitor the new data; if monitoring asks for it, retrain the model."""
    heading(f"{', '.join(arrival.periods)} arrive{'s' if len(arrival.periods) == 1 else ''}")
    land("prod", demo.use_case, arrival.files)
    if settled(demo.records(), arrival.period):
        _done("the period is decided on")
        return
    demo.run("prod", "ingest")
    demo.run("prod", "scoring")
    demo.run("prod", "monitoring", holdout_start=demo.landing.holdout_start)
    _release(demo)


def _judge_on_newest(demo: Demo) -> None:
    """Without a known shift, retraining may not have happened; then the newest fifth judges one more version."""
    if not demo.landing.holdout_start:
        return
    held_out = (demo.landing.holdout_start, demo.landing.arrivals[-1].period)
    heading(f"prod trains again, judged on {' to '.join(held_out)}")
    records = demo.records()
    if any(records.holdout(version) == held_out for version in records.versions) and _unreleased(demo) is None:
        _done("a version was judged on these periods")
        return
    reason = f"all outcomes up to {held_out[1]} are known"
    demo.run("prod", "training", reason=reason, holdout_start=demo.landing.holdout_start)
    _release(demo)


def _release(demo: Demo) -> None:
    """Finish a promotion that a killed run left incomplete."""
    version = _unreleased(demo)
    if version is not None:
        demo.run("prod", "promotion", version=str(version))


def _unreleased(demo: Demo) -> int | None:
    return unreleased(demo.records(), served_version(demo.model))


def unreleased(records: Records, served: int | None) -> int | None:
    """The version whose promotion did not finish; None if all did. Pure.

    Such a version is unjudged, or released but never live, or live by the record but not by the alias, or not on the
    endpoint. The endpoint serves the version `served` (None: there is no endpoint).
    """
    # No gate judges a version made by a partial roll-back, and its run finishes the promotion itself.
    newest = max((version.number for version in records.versions if version.number not in records.parts), default=None)
    if newest is None:
        return None
    signed = records.verdicts(newest).get(SIGN_OFF)
    if signed is None or (signed["verdict"] == "pass" and newest not in records.champions):
        return newest
    last = records.champions[-1] if records.champions else None
    return last if records.champion != last or served not in (None, last) else None


def settled(records: Records, period: str) -> bool:
    """Whether `period` is decided on and, if a training was requested, a newer version was trained since. Pure."""
    decided = records.decision(period)
    if decided is None:
        return False
    then: int = json.loads(decided["evidence"])["newest_version"]
    return decided["action"] != RETRAIN or (records.newest or 0) > then


def _roll_back_and_return(demo: Demo) -> None:
    """If a second version became live: roll back to the previous one and return, querying the endpoint each time."""
    found = demo.records()
    if len(set(found.champions)) < 2:
        progress.print("  only one version was ever live, so there is nothing to roll back to")
        ask_endpoint(demo, "at the end")
        return
    first = found.rollbacks[0] if found.rollbacks else None
    replaced = int(first["from_version"]) if first else found.champions[-1]
    if first is None:
        ask_endpoint(demo, "after the retraining")
        before = [version for version in found.champions if version != replaced][-1]
        roll_back(demo, before, "to see that it works")
        ask_endpoint(demo, "after the roll-back")
    now = demo.records()
    if now.trained(now.champion) != replaced:
        roll_back(demo, replaced, "the roll-back was a rehearsal")
    if demo.rolls_back_part:
        _roll_back_part(demo, replaced)
    ask_endpoint(demo, "at the end")


def _roll_back_part(demo: Demo, version: int) -> None:
    """Roll back one part that is new in the live `version`."""
    if demo.records().parts:
        _done("one part was rolled back")
        return
    part = new_parts(demo.model, version)[0]
    heading(f"{part} is rolled back separately")
    demo.run("prod", "rollback", part=part, reason="to see that it works", by=_BY)


def roll_back(demo: Demo, version: int, reason: str) -> None:
    """Make `version` live again."""
    demo.run("prod", "rollback", to_version=str(version), reason=reason, by=_BY)


def ask_endpoint(demo: Demo, when: str) -> None:
    """Query the endpoint by key, if the use case has one."""
    live = demo.records().champion
    if live is None:
        raise CommandError(f"{demo.model.full_name} has no @champion {when}; see the tasks above")
    if demo.serves:
        demo.answers.append(ask(demo.model, live, when))
