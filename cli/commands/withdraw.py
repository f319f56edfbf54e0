"""`mlops withdraw`."""

import click

from cli.errors import CommandError
from cli.job_runs import run_job
from cli.output import Row, format_option, show
from cli.removals import asked_job, by_option, job_names, require_success
from cli.runs import RunResult
from ml.usecases import USE_CASES


@click.command()
@click.argument("use_case", type=click.Choice(sorted(USE_CASES)))
@click.argument("feed")
@click.argument("delivery")
@click.option("--reason", required=True, help="Why; it is recorded.")
@by_option
@click.option("--env", default="prod", show_default=True, help="Environment.")
@format_option
def withdraw(*, use_case: str, feed: str, delivery: str, reason: str, by: str, env: str, form: str) -> None:
    """Take a wrong DELIVERY of FEED back.

    DELIVERY is a file's name, with @HASH if several were delivered under it. Its records leave bronze; silver, gold
    and the online store become what they would be without it. Another file may then arrive under the same name.
    Running it again changes nothing.
    """
    feeds = [each.name for each in USE_CASES[use_case].feeds]
    if feed not in feeds:
        raise CommandError(f"{use_case} has no feed {feed!r}; its feeds are: {', '.join(feeds)}", 2)
    parameters = {"withdraw": f"{feed}/{delivery}", "reason": reason, "by": by}
    job = asked_job(job_names(env), use_case)
    result = run_job(env, job, parameters)
    done = "is withdrawn from" if result.succeeded else "is not withdrawn from"
    show(rows(result), form=form, title=f"{delivery} of {feed} {done} {use_case} in {env}")
    require_success(result, job)


def rows(result: RunResult) -> list[Row]:
    """One row per task of the run: the number of records that left, and of those that count again because of it."""
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
