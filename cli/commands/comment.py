"""`mlops comment`."""

import click

from cli.errors import CommandError
from cli.job_runs import run_job
from cli.model_records import comment_rows
from cli.models import named_model
from cli.output import format_option, show


@click.command()
@click.argument("model")
@click.argument("version", type=click.IntRange(min=1))
@click.argument("text", required=False)
@click.option("--by", metavar="USER", help="Author: a user of the workspace.")
@click.option("--env", help="Environment [prod, or that of the full name].")
@format_option
def comment(*, model: str, version: int, text: str | None, by: str | None, env: str | None, form: str) -> None:
    """Comment on VERSION of MODEL; without TEXT, show its comments.

    Comments appear in `mlops history`, and in the model card that the next run of the gates writes. Everyone who can
    read the use case's records can read them. MODEL is a use case, USECASE/MODEL, or a model's full name.
    """
    found = named_model(model, env)
    if text is not None:
        if not by:
            raise CommandError("--by is missing: name the author", 2)
        if text.startswith("-"):
            raise CommandError("a comment must not begin with '-': that reads as an option of the task", 2)
        result = run_job(found.env, found.job("comment"), {"version": str(version), "by": by, "comment": text})
        if not result.succeeded:
            told = next((task.message for task in result.tasks if task.message), result.message)
            raise CommandError(f"run {result.run_id} of {found.job('comment')!r} failed: {told}")
    rows = [row for row in comment_rows(found) if int(row["version"]) == version]
    show(rows, form=form, title=f"{found.full_name}, version {version}: comments")
