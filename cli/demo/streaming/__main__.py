"""Plays the story of streaming in a checkout that is declared for it: `mlops demo USECASE --story streaming`."""

import sys

import click

from cli.demo.checks import require
from cli.demo.landing import prepare
from cli.demo.stories import story_of
from cli.demo.streaming import STORY
from cli.demo.streaming.checks import judged
from cli.demo.streaming.held import held
from cli.demo.streaming.servers import require_programs, servers
from cli.demo.streaming.steps import end_stream, tell
from cli.demo.under_way import Demo
from cli.errors import CommandError
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option, progress, show
from cli.paths import current_home
from cli.synthesis import synthesize


@click.command()
@click.argument("use_case")
@format_option
def main(use_case: str, form: str) -> None:
    """Start everything, tell the story, and check what it must come to."""
    try:
        require_programs()
        landing = prepare(use_case, story_of(use_case, name=STORY), None, generated=STORY)
        demo = Demo(use_case=use_case, landing=landing)
        start_cloud()
        synthesize()
        load_stacks()
        with servers(current_home() / "servers") as running:
            try:
                tell(demo, running)
                found = judged(held(demo, running), demo.answers, demo.records())
            finally:
                end_stream(demo)
        show([each.as_row() for each in found], form=form, title="Checks of the story")
        require(found)
    except CommandError as error:
        progress.print(f"[red]{error.message}[/red]", soft_wrap=True)
        sys.exit(error.exit_code)


main()
