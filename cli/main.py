"""The command group."""

import click

from cli.commands.access import access
from cli.commands.clock import clock
from cli.commands.cloud import down, status, up
from cli.commands.demo import demo
from cli.commands.doctor import doctor
from cli.commands.features import features
from cli.commands.history import history
from cli.commands.release import live, restore, smoke
from cli.commands.review import review
from cli.commands.run import run
from cli.commands.scan import scan
from cli.commands.secrets import secrets
from cli.commands.signing import approve, rollback
from cli.commands.sql import sql
from cli.commands.synth import synth
from cli.commands.user import user


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def mlops() -> None:
    """MLOps on Azure Databricks: synthesize the stacks, and run them on this machine."""


_STACKS = (synth, scan, secrets, review, access)
_CLOUD = (up, down, status, doctor, demo, run, sql, approve, rollback, history, features, user, clock)
_RELEASE = (smoke, live, restore)
for command in (*_STACKS, *_CLOUD, *_RELEASE):
    mlops.add_command(command)


def main() -> None:
    """Run the command line."""
    mlops(prog_name="mlops")
