"""The steps of the demo. Each asks the records what is left to do, so a killed demo continues where it was."""

import json
from dataclasses import dataclass, field

from cli.cloud import workspace
from cli.commands.cloud import load_stacks
from cli.commands.run import follow_run
from cli.demo.answers import Answer, ask, served_version
from cli.demo.landing import Arrival, Landing, land
from cli.demo.records import RETRAIN, SIGN_OFF, Records, holdout, read
from cli.errors import CommandError
from cli.models import NamedModel, named_model
from cli.output import progress
from cli.paths import current_home
from cli.runs import TaskResult, start
from ml.declarations import hidden_columns
from ml.usecases import use_case as declaration

_BY = "the demo"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One demo under way: `tasks` that ran, and `answers` of the endpoint, grow as it goes."""

    use_case: str
    landing: Landing
    tasks: list[TaskResult] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def model(self) -> NamedModel:
        """The model that is live in prod."""
        return named_model(self.use_case, "prod")

    def records(self) -> Records:
        """What prod's jobs have recorded so far."""
        return read(self.model)

    def run(self, env: str, stage: str, **parameters: str) -> None:
        """Run the job of `stage` to its end. Raises CommandError where it fails."""
        self.follow(env, stage, self.begin(env, stage, **parameters))

    def begin(self, env: str, stage: str, **parameters: str) -> int:
        """Start the job of `stage`, and return its run."""
        return start(workspace(env), f"{self.use_case}-{stage}", parameters)

    def follow(self, env: str, stage: str, run_id: int) -> None:
        """Wait for a run of the job of `stage`. Raises CommandError where it fails."""
        job = f"{self.use_case}-{stage}"
        result = follow_run(env, job, run_id)
        self.tasks.extend(result.tasks)
        if not result.succeeded:
            progress.print(f"What each task printed is in {current_home() / 'runs'}", markup=False)
            raise CommandError(f"{job} failed in {env}: {result.message or 'see the tasks above'}")


def tell(story: Story) -> None:
    """The whole story, from an empty platform to a model that was replaced, rolled back and brought back."""
    _heading("staging tests the code on a sample")
    land("staging", story.use_case, story.landing.sample)
    story.run("staging", "integration")
    _heading("prod trains its first champion from the history")
    _first_champion(story)
    exploring = _explore(story)
    _heading("prod scores, and the endpoint is deployed")
    _serve_first(story)
    _release(story)
    first, *later = story.landing.arrivals
    _arrive(story, first)
    if exploring is not None:
        _heading("dev has trained meanwhile on prod's gold tables, which it may read and not write")
        story.follow("dev", "training", exploring)
    for arrival in later:
        _arrive(story, arrival)
    _judge_on_newest(story)
    _heading("one roll-back, done and undone")
    _roll_back_and_return(story)


def _heading(text: str) -> None:
    progress.print(f"\n[bold cyan]{text}[/bold cyan]")


def _done(what: str) -> None:
    progress.print(f"  done before: {what}", markup=False)


def _first_champion(story: Story) -> None:
    land("prod", story.use_case, story.landing.history)
    found = story.records()
    if found.champion is not None:
        _done(f"version {found.champions[0]} was the first champion")
        return
    story.run("prod", "ingest")
    if hidden_columns(declaration(story.use_case)):
        load_stacks("prod-masks")
    story.run("prod", "training")


def _explore(story: Story) -> int | None:
    """Start dev's training beside what prod goes on to do; its run, or None where dev has a judged version."""
    found = read(named_model(story.use_case, "dev"))
    if found.newest is not None and found.verdicts(found.newest).get(SIGN_OFF):
        _done("dev has a judged version")
        return None
    return story.begin("dev", "training")


def _serve_first(story: Story) -> None:
    """Scores come first: the endpoint's stack has a monitor of their table."""
    if not story.records().decisions:
        story.run("prod", "scoring")
    load_stacks("prod-serving")
    _ask(story, "after the first promotion")


def _arrive(story: Story, arrival: Arrival) -> None:
    """What arrived is ingested, scored and monitored; where monitoring asks for it, the model is trained again."""
    _heading(f"{', '.join(arrival.months)} arrive{'s' if len(arrival.months) == 1 else ''}")
    land("prod", story.use_case, arrival.files)
    if settled(story.records(), arrival.month):
        _done("the month is decided on")
        return
    story.run("prod", "ingest")
    story.run("prod", "scoring")
    story.run("prod", "monitoring", holdout_start=story.landing.holdout_start)
    _release(story)


def _judge_on_newest(story: Story) -> None:
    """Without a known shift nothing need have been trained again; then the newest fifth judges one more version."""
    if not story.landing.holdout_start:
        return
    held_out = (story.landing.holdout_start, story.landing.arrivals[-1].month)
    _heading(f"prod trains again, judged on {' to '.join(held_out)}")
    if any(holdout(version) == held_out for version in story.records().versions) and _unreleased(story) is None:
        _done("a version was judged on these months")
        return
    reason = f"all outcomes up to {held_out[1]} are known"
    story.run("prod", "training", reason=reason, holdout_start=story.landing.holdout_start)
    _release(story)


def _release(story: Story) -> None:
    """Finish a promotion that a killed run left half-way."""
    version = _unreleased(story)
    if version is not None:
        story.run("prod", "promotion", version=str(version))


def _unreleased(story: Story) -> int | None:
    return unreleased(story.records(), served_version(story.use_case))


def unreleased(records: Records, served: int | None) -> int | None:
    """The version whose promotion did not end; None where all did. Pure.

    It is unjudged, or released and never live, or live by the record but not by alias, or not on the endpoint, which
    serves the version `served` (None: there is no endpoint).
    """
    newest = records.newest
    if newest is None:
        return None
    signed = records.verdicts(newest).get(SIGN_OFF)
    if signed is None or (signed["verdict"] == "pass" and newest not in records.champions):
        return newest
    last = records.champions[-1] if records.champions else None
    return last if records.champion != last or served not in (None, last) else None


def settled(records: Records, month: str) -> bool:
    """Whether `month` is decided on and, where that asked for a training, a newer version was trained since. Pure."""
    decided = records.decision(month)
    if decided is None:
        return False
    then: int = json.loads(decided["evidence"])["newest_version"]
    return decided["action"] != RETRAIN or (records.newest or 0) > then


def _roll_back_and_return(story: Story) -> None:
    """Where a second version became live: back to the one before, and forth again, each asked at the endpoint."""
    found = story.records()
    if len(set(found.champions)) < 2:
        progress.print("  only one version was ever live: there is nothing to go back to")
        _ask(story, "at the end")
        return
    first = found.rollbacks[0] if found.rollbacks else None
    replaced = int(first["from_version"]) if first else found.champions[-1]
    if first is None:
        _ask(story, "after the retraining")
        before = [version for version in found.champions if version != replaced][-1]
        _roll_back(story, before, "to see that it works")
        _ask(story, "after the roll-back")
    if story.records().champion != replaced:
        _roll_back(story, replaced, "the roll-back was a rehearsal")
    _ask(story, "at the end")


def _roll_back(story: Story, version: int, reason: str) -> None:
    story.run("prod", "rollback", to_version=str(version), reason=reason, by=_BY)


def _ask(story: Story, when: str) -> None:
    live = story.records().champion
    if live is None:
        raise CommandError(f"{story.model.full_name} has no @champion {when}; see the tasks above")
    story.answers.append(ask(story.use_case, live, when))
