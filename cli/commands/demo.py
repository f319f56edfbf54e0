"""`mlops demo`: the whole loop for one use case, on this machine."""

import time
from pathlib import Path

import click

from cli.commands.cloud import load_stacks, start_cloud
from cli.commands.run import run_job
from cli.commands.synth import synthesize
from cli.demo.landing import Landing, land, prepare
from cli.demo.report import demo_report
from cli.demo.summary import REPORT, check_accounting, check_isolation, collect, summarize
from cli.errors import CommandError
from cli.output import format_option, progress
from cli.paths import current_home, use_home
from cli.report.page import write
from cli.runs import TaskResult
from ml.usecases import USE_CASES


@click.command()
@click.argument("use_case", metavar="USECASE", type=click.Choice(sorted(USE_CASES)))
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="A real file in the use case's raw format; without it, data is generated.",
)
@format_option
def demo(use_case: str, data: Path | None, form: str) -> None:
    """Synthesize, deploy to the local cloud, and run the whole loop for USECASE.

    Raw files arrive; staging tests the code on a sample; prod ingests, trains, passes the gates, promotes and
    scores; dev trains on prod's gold, which it can read and not write. Every row is accounted for at the end.
    """
    started = time.monotonic()
    landing = prepare(use_case, data)
    use_home(landing.name)
    synthesize()
    start_cloud()
    load_stacks()
    tasks = _run_loop(use_case, landing)
    accounting = check_accounting(use_case, landing)
    check_isolation(use_case)
    sections = collect(use_case, tasks, duration_s=time.monotonic() - started)
    write(demo_report(use_case, landing, tasks, accounting, sections), current_home() / REPORT)
    summarize(use_case, sections, form=form)


def _run_loop(use_case: str, landing: Landing) -> list[TaskResult]:
    land("staging", use_case, landing.sample)
    tasks = _run("staging", f"{use_case}-integration")
    land("prod", use_case, landing.files)
    for stage in ("ingest", "training", "scoring"):
        tasks += _run("prod", f"{use_case}-{stage}")
    return tasks + _run("dev", f"{use_case}-training")


def _run(env: str, job: str) -> list[TaskResult]:
    result = run_job(env, job)
    if not result.succeeded:
        progress.print(f"What each task printed is in {current_home() / 'runs'}", markup=False)
        raise CommandError(f"{job} failed in {env}: {result.message or 'see the tasks above'}")
    return list(result.tasks)
