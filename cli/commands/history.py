"""`mlops history`."""

import click

from cli.model_records import history_rows
from cli.models import named_model
from cli.output import format_option, show


@click.command()
@click.argument("model")
@click.option("--env", help="Environment [prod, or that of the full name].")
@format_option
def history(model: str, env: str | None, form: str) -> None:
    """Show the history of every version of MODEL.

    Data, verdicts, who signed, when it was live, and why it is not. MODEL is a use case, USECASE/MODEL, or a model's
    full name.
    """
    found = named_model(model, env)
    show(history_rows(found), form=form, title=f"{found.full_name}: every version, newest first")
