"""The steps of the story: applications arrive before, while and after the champion changes."""

import time
from collections.abc import Callable

from cli.cloud import local_call, workspace
from cli.demo.landing import Files, land
from cli.demo.roll_back import roll_back
from cli.demo.steps import first_champion, take_in_history
from cli.demo.streaming.held import features, scored, stored
from cli.demo.streaming.servers import Servers, keep_secrets
from cli.demo.under_way import Demo, heading
from cli.errors import CommandError
from cli.local_cloud import load_stacks
from cli.output import progress
from cli.paths import current_home

_POLL_S, _PATIENCE_S = 3.0, 420.0


def tell(demo: Demo, running: Servers) -> None:
    """The whole story, from an empty platform to the roll-back."""
    keep_secrets("prod", demo.model.declared, running)
    heading("prod trains its first champion from the history")
    first_champion(demo, take_in_history(demo))
    heading("the stream begins, and the endpoint is deployed")
    _begin_stream(demo)
    _wait_for_scores(demo)
    load_stacks("prod-serving")
    demo.ask_endpoint("after the first promotion")
    before, meanwhile, after = demo.landing.arrivals
    _arrive(demo, before.files, "applications arrive")
    _change_champion(demo, running, meanwhile.files)
    _arrive(demo, after.files, "applications arrive that the new champion scores")
    _wait_for_rows(demo, running)
    demo.ask_endpoint("once the new champion has scored")
    heading("one roll-back")
    roll_back(demo, demo.records().champions[0], "to see that the endpoint follows")
    demo.ask_endpoint("after the roll-back")


def end_stream(demo: Demo) -> None:
    """Pause the continuous job, which ends its run, because its servers are about to stop."""
    from databricks.sdk.service.jobs import Continuous, JobSettings, PauseStatus  # noqa: PLC0415 - takes half a second

    client, name = workspace("prod"), demo.model.job("scoring")
    [job] = client.jobs.list(name=name)
    client.jobs.update(
        int(job.job_id or 0), new_settings=JobSettings(continuous=Continuous(pause_status=PauseStatus.PAUSED))
    )
    client.jobs.cancel_all_runs(job_id=job.job_id)


def _begin_stream(demo: Demo) -> None:
    """Step the local clock, which stands still otherwise, by a second: then the run of a continuous job is due."""
    name = demo.model.job("scoring")
    fired = [run["job"] for run in local_call("POST", "clock", {"advance_s": 1})["fired"]]
    if name not in fired:
        raise CommandError(f"{name} did not start; what started: {', '.join(fired) or 'nothing'}")


def _arrive(demo: Demo, files: Files, what: str) -> None:
    heading(what)
    land("prod", demo.use_case, files)
    demo.run("prod", "ingest")
    _wait_for_scores(demo)


def _change_champion(demo: Demo, running: Servers, files: Files) -> None:
    """Train and promote while rows arrive and the database is down. Raises CommandError if no new version is live."""
    heading("a second version is trained; applications arrive meanwhile, and the database is away")
    first = demo.records().champion
    training = demo.begin("prod", "training", reason="a renewal")
    running.database.stop()
    _arrive(demo, files, "scored without the database, which gets the rows once it is back")
    running.database.start()
    demo.follow("prod", "training", training)
    if demo.records().champion == first:
        raise CommandError(f"version {first} is still live: see the gates with: mlops history {demo.model.handle}")
    _wait_for_rows(demo, running)
    demo.ask_endpoint("after the promotion")


def _wait_for_scores(demo: Demo) -> None:
    _wait(demo, "predictions", lambda: (scored(demo), features(demo)))


def _wait_for_rows(demo: Demo, running: Servers) -> None:
    _wait(demo, "rows of the database", lambda: (stored(demo, running), scored(demo)))


def _runs(job: str) -> bool:
    """Whether a run of the job is in progress."""
    client = workspace("prod")
    [found] = client.jobs.list(name=job)
    return any(client.jobs.list_runs(job_id=found.job_id, active_only=True))


def _wait(demo: Demo, what: str, counts: Callable[[], tuple[int, int]]) -> None:
    """Wait for the required number. Raises CommandError if that takes too long, or the stream has ended."""
    began, name = time.monotonic(), demo.model.job("scoring")
    while True:
        there, wanted = counts()
        if there == wanted:
            break
        if time.monotonic() - began > _PATIENCE_S or not _runs(name):
            raise CommandError(
                f"{there:,} {what} of {wanted:,} after {time.monotonic() - began:.0f} s: see the output of {name} in "
                f"{current_home() / 'runs'}"
            )
        time.sleep(_POLL_S)
    progress.print(f"  {there:,} {what}, {time.monotonic() - began:.0f} s later", markup=False)
