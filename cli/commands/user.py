"""`mlops user`."""

import click

from cli.cloud import account
from cli.output import format_option, show
from cli.users import add_user


@click.group()
def user() -> None:
    """People in the local account; a real account gets its people from the company's directory."""


@user.command()
@click.argument("name")
@click.option("--group", "groups", multiple=True, help="A group to be in, such as model-risk; may be repeated.")
@format_option
def add(name: str, groups: tuple[str, ...], form: str) -> None:
    """Add the user NAME to the local account and to groups. What is there already stays."""
    show(add_user(account(), name, groups), form=form)
