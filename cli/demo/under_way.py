"""One demo in progress: its subject, and how it runs and reports jobs."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from cli.cloud import workspace
from cli.demo.answers import Answer, ask
from cli.demo.landing import Landing
from cli.demo.records import read
from cli.errors import CommandError
from cli.job_runs import follow_run
from cli.models import NamedModel, models_of
from cli.output import progress
from cli.paths import current_home
from cli.runs import TaskResult, start
from ml.usecases.story import Records

# Called with each task of a run as it ends.
Then = Callable[[TaskResult], None]


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One demo in progress: `tasks` that ran, and `answers` of the endpoint, grow as it proceeds.

    `ingesting` has the runs that ingest an arrival while other jobs are still at work, by the arrival's period.
    `deploying`: the load of the stacks of prod and dev, which staging's test does not need; None if they are loaded.
    """

    use_case: str
    landing: Landing
    rolls_back_part: bool = False
    tasks: list[TaskResult] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ingesting: dict[str, int] = field(default_factory=dict)
    deploying: Future[None] | None = None
    _read: list[Records] = field(default_factory=list, init=False, repr=False)

    @property
    def model(self) -> NamedModel:
        """The model that the story is about, in prod: the first declared one."""
        return models_of(self.use_case, "prod")[0]

    @property
    def serves(self) -> bool:
        """Whether the model answers on an endpoint."""
        return self.model.declared.serving is not None

    def records(self) -> Records:
        """The records of prod's jobs so far, except alerts and metrics. Read again after each job."""
        if not self._read:
            self._read.append(read(self.model, measured=False))
        return self._read[0]

    def ask_endpoint(self, when: str) -> None:
        """Query the endpoint by key, if there is one. Raises CommandError if no version is live."""
        live = self.records().champion
        if live is None:
            raise CommandError(f"{self.model.full_name} has no @champion {when}; see the tasks above")
        if self.serves:
            self.answers.append(ask(self.model, live, when))

    def wait_until_deployed(self) -> None:
        """Wait for the stacks of prod and dev. Raises CommandError if they cannot be loaded."""
        if self.deploying is not None:
            self.deploying.result()

    def run(self, env: str, stage: str, *, then: Then | None = None, **parameters: str) -> None:
        """Run the job of `stage` to its end. Raises CommandError if it fails."""
        self.follow(env, stage, self.begin(env, stage, **parameters), then)

    def run_job(self, env: str, job: str) -> None:
        """Run any job to its end. Raises CommandError if it fails."""
        self.follow_job(env, job, start(workspace(env), job, {}))

    def begin(self, env: str, stage: str, **parameters: str) -> int:
        """Start the job of `stage`, and return its run."""
        return start(workspace(env), self.model.job(stage), parameters)

    def follow(self, env: str, stage: str, run_id: int, then: Then | None = None) -> None:
        """Wait for a run of the job of `stage`. Raises CommandError if it fails."""
        self.follow_job(env, self.model.job(stage), run_id, then)

    def follow_job(self, env: str, job: str, run_id: int, then: Then | None = None) -> None:
        """Wait for a run of `job`. Raises CommandError if it fails."""
        result = follow_run(env, job, run_id, then=then)
        self._read.clear()
        self.tasks.extend(result.tasks)
        if not result.succeeded:
            progress.print(f"The output of each task is in {current_home() / 'runs'}", markup=False)
            raise CommandError(f"{job} failed in {env}: {result.message or 'see the tasks above'}")


def heading(text: str) -> None:
    """Print which part of the story begins."""
    progress.print(f"\n[bold cyan]{text}[/bold cyan]")


def done_before(what: str) -> None:
    """Print which step is skipped, because an earlier demo did it."""
    progress.print(f"  done before: {what}", markup=False)
