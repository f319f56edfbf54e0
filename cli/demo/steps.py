"""The steps of the demo. Each reads from the records what is left to do, so a killed demo continues."""

from collections.abc import Mapping
from itertools import zip_longest

from cli.demo.answers import served_version
from cli.demo.landing import Arrival, land
from cli.demo.masks import start_others
from cli.demo.records import read
from cli.demo.under_way import Demo, Then, done_before, heading
from cli.demo.unfinished import settled, unreleased
from cli.local_cloud import load_stacks
from cli.models import models_of
from cli.output import progress
from cli.runs import TaskResult
from ml.declarations import hidden_columns
from ml.usecases import use_case as declaration
from ml.usecases.story import SIGN_OFF


def tell(demo: Demo) -> None:
    """The story from an empty platform to a model that was replaced; `rehearse_roll_back` ends it.

    A delivery arrives while gates judge or an alert is sent, as soon as they need nothing that it would change.
    """
    heading("staging tests the code on a sample, while prod takes in its history")
    taken_in = _test_in_staging(demo)
    heading("prod trains its first champion from the history")
    first, *later = demo.landing.arrivals
    # Further models learn from the history, too: then nothing arrives before they have.
    alone = len(models_of(demo.use_case, "prod")) == 1
    first_champion(demo, taken_in, _meanwhile(demo, first) if alone else None)
    heading("prod scores, and the endpoint is deployed")
    _serve_first(demo)
    _release(demo)
    train_others(demo)
    exploring = None
    for arrival, following in zip_longest(demo.landing.arrivals, later):
        new = _ingest(demo, arrival)
        if arrival is first:
            exploring = _explore(demo)
        if new:
            _score_and_monitor(demo, following)
    if exploring is not None:
        heading("meanwhile dev trained on prod's gold tables, which it can read but not write")
        demo.follow("dev", "training", exploring)
    _judge_on_newest(demo)


def _test_in_staging(demo: Demo) -> dict[str, int]:
    """Run staging's integration, and `take_in_history` beside it; returns its result.

    The history arrives once staging has read its files: training waits longer for the test than for the history.
    """
    taken_in: list[dict[str, int]] = []

    def ended(task: TaskResult) -> None:
        if task.task == "bronze" and not taken_in:
            taken_in.append(take_in_history(demo))

    land("staging", demo.use_case, demo.landing.sample)
    demo.run("staging", "integration", then=ended)
    return taken_in[0] if taken_in else take_in_history(demo)


def take_in_history(demo: Demo) -> dict[str, int]:
    """Land the history in prod, and start its ingest and every job that creates a masked table; returns runs by job."""
    demo.wait_until_deployed()
    land("prod", demo.use_case, demo.landing.history)
    if demo.records().champion is not None:
        return {}
    return {demo.model.job("ingest"): demo.begin("prod", "ingest"), **start_others(demo.use_case)}


def first_champion(demo: Demo, taken_in: Mapping[str, int], then: Then | None = None) -> None:
    """Once the runs that ingest the history have ended, mask tables, and train until a version is live.

    `then` is called with each task of the training and of its gates as it ends.
    """
    found = demo.records()
    if found.champion is not None:
        done_before(f"version {found.champions[0]} was the first champion")
        return
    for job, run_id in taken_in.items():
        demo.follow_job("prod", job, run_id)
    if hidden_columns(declaration(demo.use_case)):
        load_stacks("prod-masks")
    if _unreleased(demo) is None:
        demo.run("prod", "training", then=then)
    else:
        _release(demo)


def _meanwhile(demo: Demo, arrival: Arrival) -> Then:
    """Begins to ingest `arrival` once the followed run has read all data that it will read."""

    def ended(task: TaskResult) -> None:
        # Gates judge on the table versions that training recorded; an alert is of the recorded measures.
        trained = task.job == demo.model.job("training") and (task.task, task.state) == ("training", "SUCCESS")
        if trained or (task.task, task.state) == ("retraining", "EXCLUDED"):
            progress.print(f"  meanwhile {_arriving(arrival)}", markup=False)
            _begin_ingest(demo, arrival)

    return ended


def _arriving(arrival: Arrival) -> str:
    return f"{', '.join(arrival.periods)} arrive{'s' if len(arrival.periods) == 1 else ''}"


def _begin_ingest(demo: Demo, arrival: Arrival) -> None:
    land("prod", demo.use_case, arrival.files)
    demo.ingesting[arrival.period] = demo.begin("prod", "ingest")


def _explore(demo: Demo) -> int | None:
    """Start dev's training while prod continues; returns its run, or None if dev has a judged version."""
    found = read(models_of(demo.use_case, "dev")[0])
    if found.newest is not None and found.verdicts(found.newest).get(SIGN_OFF):
        done_before("dev has a judged version")
        return None
    return demo.begin("dev", "training")


def _serve_first(demo: Demo) -> None:
    """Scoring comes first, because the endpoint's stack has a monitor on the table of predictions."""
    if not demo.records().decisions:
        demo.run("prod", "scoring")
    if demo.serves:
        load_stacks("prod-serving")
    demo.ask_endpoint("after the first promotion")


def train_others(demo: Demo) -> None:
    """Train the use case's further models, each through its own gates; score with those that went live."""
    for model in models_of(demo.use_case, "prod")[1:]:
        heading(f"prod trains {model.full_name} too")
        if read(model).newest is not None:
            done_before("it has a version")
            continue
        demo.run_job("prod", model.job("training"))
        if read(model).champion is not None:
            demo.run_job("prod", model.job("scoring"))


def _ingest(demo: Demo, arrival: Arrival) -> bool:
    """Ingest the new data, or wait for the ingest that began before; False if its period is decided on."""
    heading(_arriving(arrival))
    if settled(demo.records(), arrival.period):
        done_before("the period is decided on")
        return False
    if arrival.period not in demo.ingesting:
        _begin_ingest(demo, arrival)
    demo.follow("prod", "ingest", demo.ingesting.pop(arrival.period))
    return True


def _score_and_monitor(demo: Demo, following: Arrival | None) -> None:
    """Score and monitor the new data; if monitoring asks for it, retrain the model. `following` arrives meanwhile."""
    demo.run("prod", "scoring")
    then = None if following is None else _meanwhile(demo, following)
    demo.run("prod", "monitoring", then=then, holdout_start=demo.landing.holdout_start)
    _release(demo)


def _judge_on_newest(demo: Demo) -> None:
    """Without a known shift, retraining may not have happened; then the newest fifth judges one more version."""
    if not demo.landing.holdout_start:
        return
    held_out = (demo.landing.holdout_start, demo.landing.arrivals[-1].period)
    heading(f"prod trains again, judged on {' to '.join(held_out)}")
    records = demo.records()
    if any(records.holdout(version) == held_out for version in records.versions) and _unreleased(demo) is None:
        done_before("a version was judged on these periods")
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
