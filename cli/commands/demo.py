"""`mlops demo`: the whole story of one use case, on this machine."""

import time
from pathlib import Path

import click

from cli.commands.cloud import load_stacks, start_cloud
from cli.commands.synth import synthesize
from cli.demo.checks import check, require
from cli.demo.landing import prepare
from cli.demo.report import demo_report
from cli.demo.story import Story, tell
from cli.demo.summary import REPORT, check_accounting, check_hidden, check_isolation, collect, summarize
from cli.output import format_option
from cli.paths import current_home, use_home
from cli.report.page import write
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
    """Synthesize, deploy to the local cloud, and tell the whole story of one model of USECASE.

    Staging tests the code on a sample; prod trains a first champion, scores and serves it; beside it dev trains on
    prod's gold, which it can read and not write. Months arrive, with outcomes a month late: each is scored and
    monitored. Generated data shifts in one of them, so monitoring alerts, the model is trained again and replaced. One
    roll-back is done and undone. What the story must come to is checked, and every row accounted for; where something
    does not hold, the exit code is 1. A demo that was killed continues where it was.
    """
    started = time.monotonic()
    landing = prepare(use_case, data)
    use_home(landing.name)
    start_cloud()
    synthesize()
    load_stacks()
    story = Story(use_case=use_case, landing=landing)
    tell(story)
    accounting = check_accounting(use_case, landing)
    check_isolation(use_case)
    check_hidden(use_case)
    records = story.records()
    checks = check(landing, records, story.answers)
    sections = collect(use_case, story.tasks, checks, duration_s=time.monotonic() - started)
    write(demo_report(story, records, accounting, checks, sections), current_home() / REPORT)
    summarize(use_case, sections, form=form)
    require(checks)
