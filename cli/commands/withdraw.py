"""`mlops withdraw`."""

import getpass

import click

from cli.cloud import workspace
from cli.commands.run import run_job
from cli.errors import CommandError
from cli.output import Row, format_option, show
from cli.runs import RunResult
from ml.usecases import USE_CASES

by_option = click.option(
    "--by", default=getpass.getuser, show_default="the user of this machine", metavar="NAME", help="Who asks for it."
)


@click.command()
@click.argument("use_case", type=click.Choice(sorted(USE_CASES)))
@click.argument("feed")
@click.argument("delivery")
@click.option("--reason", required=True, help="Why; it is recorded.")
@by_option
@click.option("--env", default="prod", show_default=True, help="Environment.")
@format_option
def withdraw(*, use_case: str, feed: str, delivery: str, reason: str, by: str, env: str, form: str) -> None:
    """Take a wrong DELIVERY of FEED back: a file's name, with @HASH if several were delivered under it.

    Its records leave bronze; silver, gold and the online store become what they would be without it. Another file may
    then come under its name. Asking again changes nothing.
    """
    parameters = {"withdraw": f"{feed}/{delivery}", "reason": reason, "by": by}
    job = asked_job(job_names(env), use_case)
    result = run_job(env, job, parameters)
    show(rows(result), form=form, title=f"{delivery} of {feed} is withdrawn from {use_case} in {env}")
    require_success(result, job)


def job_names(env: str) -> set[str]:
    """The jobs that are deployed to the environment."""
    return {job.settings.name for job in workspace(env).jobs.list() if job.settings and job.settings.name}


def asked_job(jobs: set[str], use_case: str) -> str:
    """The job that takes requests: ingest itself, or one beside an ingest that never ends."""
    beside = f"{use_case}-requests"
    return beside if beside in jobs else f"{use_case}-ingest"


def require_success(result: RunResult, job: str) -> None:
    """Raise CommandError with the message of the task that failed."""
    if not result.succeeded:
        told = next((task.message for task in result.tasks if task.message), result.message)
        raise CommandError(f"run {result.run_id} of {job} failed: {told}")


def rows(result: RunResult) -> list[Row]:
    """One row per task of the run: how many records left, and how many others count again because they left."""
    return [
        {
            "task": task.task,
            "state": task.state,
            "rows_removed": task.accounting.get("rows_removed") or task.accounting.get("rows_left") or 0,
            "rows_restored": task.accounting.get("rows_restored", 0),
            "message": task.message,
        }
        for task in result.tasks
    ]
