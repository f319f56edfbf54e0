"""Plays the story of the mirror in a checkout that switches one on: `mlops demo USECASE --story mirror`."""

import sys

import click

from cli.demo.checks import require
from cli.demo.landing import prepare
from cli.demo.mirror import STORY
from cli.demo.mirror.checks import judged
from cli.demo.mirror.found import look
from cli.demo.mirror.steps import tell
from cli.demo.stories import story_of
from cli.demo.under_way import Demo
from cli.errors import CommandError
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option, progress, show
from cli.synthesis import synthesize


@click.command()
@click.argument("use_case")
@format_option
def main(use_case: str, form: str) -> None:
    """Start everything, tell the story, and check what it must come to."""
    try:
        demo = Demo(use_case=use_case, landing=prepare(use_case, story_of(use_case), None, generated=STORY))
        start_cloud()
        synthesize()
        load_stacks()
        found = judged(look(demo, tell(demo)))
        show([each.as_row() for each in found], form=form, title="Checks of the story")
        require(found)
    except CommandError as error:
        progress.print(f"[red]{error.message}[/red]", soft_wrap=True)
        sys.exit(error.exit_code)


main()
