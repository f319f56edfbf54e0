"""`mlops approve` and `mlops rollback`."""

import click

from cli.errors import CommandError
from cli.job_runs import run_job
from cli.models import NamedModel, named_model
from cli.output import format_option, show


def _run(model: NamedModel, stage: str, parameters: dict[str, str], form: str) -> None:
    """Run the job and show its tasks. Raises CommandError with the task's own message if it fails."""
    result = run_job(model.env, model.job(stage), parameters)
    show([task.as_row() for task in result.tasks], form=form, title=f"{model.job(stage)} in {model.env}")
    if not result.succeeded:
        told = next((task.message for task in result.tasks if task.message), result.message)
        raise CommandError(f"run {result.run_id} of {model.job(stage)!r} failed: {told}")


@click.command()
@click.argument("model")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--by", required=True, metavar="USER", help="Who approves: a member of model-risk.")
@click.option("--env", help="Environment [prod, or that of the full name].")
@format_option
def approve(*, model: str, version: int, by: str, env: str | None, form: str) -> None:
    """Approve VERSION of MODEL by name.

    If sign-off is manual, the next run of the promotion job then releases the version. MODEL is a use case,
    USECASE/MODEL, or a model's full name.
    """
    _run(named_model(model, env), "approval", {"version": str(version), "by": by}, form)


@click.command()
@click.argument("model")
@click.option("--to", "to_version", type=click.IntRange(min=1), help="Version to go back to [the previous live one].")
@click.option(
    "--series",
    default="",
    metavar="KEY",
    help="Only this series of a forecast: its key values, joined with |.",
)
@click.option("--by", required=True, metavar="NAME", help="Who asked for it.")
@click.option("--reason", required=True, help="Why; it is recorded.")
@click.option("--env", help="Environment [prod, or that of the full name].")
@format_option
def rollback(
    *, model: str, to_version: int | None, series: str, by: str, reason: str, env: str | None, form: str
) -> None:
    """Make the previous version of MODEL live again.

    The endpoint follows. A second roll-back returns. With --series a new version becomes live, which differs only in
    that series. MODEL is a use case, USECASE/MODEL, or a model's full name.
    """
    parameters = {"to_version": str(to_version or ""), "part": series, "by": by, "reason": reason}
    _run(named_model(model, env), "rollback", parameters, form)
