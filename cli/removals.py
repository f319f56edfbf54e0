"""Shared by `mlops withdraw`, `mlops restore` and `mlops forget`: the jobs that take requests, and the caller."""

import getpass

import click

from cli.cloud import deployed
from cli.errors import CommandError
from cli.models import NamedModel
from cli.runs import RunResult

by_option = click.option(
    "--by", default=getpass.getuser, show_default="the user of this machine", metavar="NAME", help="Who asked for it."
)


def job_names(env: str, host: str | None = None) -> set[str]:
    """The jobs that are deployed to the environment; `host` is a real workspace's URL."""
    return {job.settings.name for job in deployed(env, host).jobs.list() if job.settings and job.settings.name}


def asked_job(jobs: set[str], use_case: str) -> str:
    """The job that takes requests: ingest itself, or a second job if ingest is continuous."""
    beside = f"{use_case}-requests"
    return beside if beside in jobs else f"{use_case}-ingest"


def predictions_job(jobs: set[str], first: NamedModel) -> str:
    """The job that removes predictions: scoring itself, or a second job if scoring is continuous.

    One table has the predictions of all models, so the first model's job removes them all.
    """
    beside = first.job("predictions")
    return beside if beside in jobs else first.job("scoring")


def require_success(result: RunResult, job: str) -> None:
    """Raise CommandError with the message of the failed task."""
    if not result.succeeded:
        told = next((task.message for task in result.tasks if task.message), result.message)
        raise CommandError(f"run {result.run_id} of {job} failed: {told}")
