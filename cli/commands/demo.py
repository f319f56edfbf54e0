"""`mlops demo`: the whole story of one use case, on this machine."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from cli.demo.accounting import accounts
from cli.demo.beside import STORIES, tell_beside
from cli.demo.checks import checks, judge, platform_checks, prove, require
from cli.demo.landing import prepare
from cli.demo.records import read
from cli.demo.report import demo_report
from cli.demo.roll_back import rehearse_roll_back
from cli.demo.steps import tell
from cli.demo.stories import story_of
from cli.demo.summary import REPORT, collect, summarize
from cli.demo.under_way import Demo
from cli.errors import CommandError
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option
from cli.paths import current_home, use_home
from cli.report.page import write
from cli.synthesis import synthesize


@click.command()
@click.argument("use_case", metavar="USECASE")
@click.option(
    "--data",
    type=click.Path(exists=True, readable=True, path_type=Path),
    help="A real file in the use case's raw format, or a folder of such files [generated data].",
)
@click.option(
    "--story",
    type=click.Choice(list(STORIES)),
    help="Another story. streaming: a stream is scored while the champion changes; a database and a topic get every "
    "score. mirror: dev trains on redacted tables of prod, and cannot read prod's own.",
)
@format_option
def demo(use_case: str, data: Path | None, story: str | None, form: str) -> None:
    """Play the whole story of a use case on the local cloud.

    It synthesizes and deploys all stacks. Staging tests the code on a sample; prod trains a first champion, scores and
    serves it; meanwhile dev trains on prod's gold tables, which it can read but not write. Data arrives period by
    period, outcomes later: each period is scored and monitored. Generated data shifts in one period, so monitoring
    alerts and the model is retrained and replaced. One roll-back is done and undone. At the end the story's checks run
    and every row is accounted for; if something does not hold, the exit code is 1. A demo that was killed continues
    where it stopped.

    --story always starts from the beginning, in a local cloud of its own and from a copy of the checkout that declares
    what the story needs.
    """
    if story:
        if data:
            raise CommandError(f"--data and --story {story}: the story uses generated data; leave out --data", 2)
        tell_beside(use_case, story, form)
        return
    started = time.monotonic()
    told_by = story_of(use_case)
    landing = prepare(use_case, told_by, data)
    use_home(landing.name)
    with ThreadPoolExecutor(1) as beside:
        synthesized = beside.submit(synthesize)
        # In this thread: the kernel ends a child process when the thread that started it ends.
        start_cloud()
        synthesized.result()
    load_stacks(apart_from=("prod", "dev"))
    with ThreadPoolExecutor(1) as beside:
        deploying = beside.submit(load_stacks)
        told = Demo(use_case=use_case, landing=landing, rolls_back_part=told_by.rolls_back_part, deploying=deploying)
        tell(told)
    with ThreadPoolExecutor(1) as beside:
        counted = beside.submit(accounts, use_case, landing)
        rehearse_roll_back(told)
    records, accounting = read(told.model), counted.result()
    prove(platform_checks(use_case, accounting), records)
    judged = judge(checks(told_by, landing, told.answers if told.serves else None), records)
    sections = collect(use_case, told.tasks, judged, duration_s=time.monotonic() - started)
    write(demo_report(told, records, accounting, judged, sections), current_home() / REPORT)
    summarize(use_case, sections, form=form)
    require(judged)
