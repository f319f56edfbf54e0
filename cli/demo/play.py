"""Plays a further story in the checkout that declares what it needs: the entry point of `cli.demo.<story>`."""

from collections.abc import Callable, Sequence

import click

from cli.demo.checks import Judged, require
from cli.demo.landing import Landing
from cli.demo.under_way import Demo
from cli.local_cloud import load_stacks, start_cloud
from cli.output import format_option, show
from cli.synthesis import synthesize


def story_command(arriving: Callable[[str], Landing], tell: Callable[[Demo], Sequence[Judged]]) -> click.Command:
    """The command of a story, with a use case as its argument.

    `arriving` gives the use case's data. `tell` plays the story on the loaded stacks and returns its checks; one that
    fails ends the command with CommandError.
    """

    @click.command()
    @click.argument("use_case")
    @format_option
    def play(use_case: str, form: str) -> None:
        demo = Demo(use_case=use_case, landing=arriving(use_case))
        start_cloud()
        synthesize()
        load_stacks()
        found = tell(demo)
        show([each.as_row() for each in found], form=form, title="Checks of the story")
        require(found)

    return play
