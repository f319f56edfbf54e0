"""`mlops user`."""

import click

from cli.cloud import account
from cli.output import format_option, show
from cli.users import add_user


@click.group()
def user() -> None:
    """Manage people in the local account.

    A real account gets its people from the company's directory.
    """


@user.command()
@click.argument("name")
@click.option("--group", "groups", multiple=True, help="Group to join, such as model-risk; may be repeated.")
@format_option
def add(name: str, groups: tuple[str, ...], form: str) -> None:
    """Add the user NAME to the local account and to groups.

    Existing memberships stay.
    """
    show(add_user(account(), name, groups), form=form)
