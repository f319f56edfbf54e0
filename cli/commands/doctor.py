"""`mlops doctor`."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST, deployed
from cli.errors import CommandError
from cli.output import format_option, show
from cli.specification import declared

if TYPE_CHECKING:
    from cli.doctor.check import Line

_COLUMNS = ("check", "result", "subject", "what", "fix")
_RETRY_S = 15


@click.command()
@click.option("--env", required=True, help="The environment to examine.")
@click.option("--host", help=HOST)
@click.option("--all", "everything", is_flag=True, help="Also show what is in order.")
@format_option
def doctor(env: str, host: str | None, everything: bool, form: str) -> None:
    """Find what is wrong with a deployed environment, and the fix.

    Ends with 1 if something is wrong. What could not be checked is shown as unknown.
    """
    from cli.doctor.azure import azure_cli  # noqa: PLC0415 - other commands do not need it
    from cli.doctor.checks import CHECKS  # noqa: PLC0415
    from cli.doctor.deployed_environment import DeployedEnvironment  # noqa: PLC0415
    from cli.doctor.examine import examine  # noqa: PLC0415
    from cli.doctor.terraform import terraform  # noqa: PLC0415

    path = os.environ.get("PATH", "")
    spec, environment = declared(env)
    examined = DeployedEnvironment(
        spec=spec,
        environment=environment,
        workspace=deployed(env, host, retry_s=_RETRY_S),
        azure=azure_cli(path) if host else None,
        terraform=terraform(os.environ.get("TERRAFORM_BINARY_NAME", "terraform"), path) if host else None,
    )
    lines = examine(examined, CHECKS)
    shown = lines if everything or form == "json" else [line for line in lines if line.result != "ok"]
    show([asdict(line) for line in shown], form=form, columns=_COLUMNS, title=f"{env}: {_sum(lines)}")
    wrong = sum(line.result == "wrong" for line in lines)
    if wrong:
        raise CommandError(f"{wrong} findings in {env}: each line names the fix")


def _sum(lines: "list[Line]") -> str:
    counted = {kind: sum(line.result == kind for line in lines) for kind in ("ok", "wrong", "unknown", "not asked")}
    return ", ".join(f"{count} {kind}" for kind, count in counted.items())
