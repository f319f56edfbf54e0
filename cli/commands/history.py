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
    """Tell every version of MODEL: data, verdicts, signer, when live, why not.

    MODEL is a use case, USECASE/MODEL, or a registered model's full name.
    """
    found = named_model(model, env)
    show(history_rows(found), form=form, title=f"{found.full_name}: every version, newest first")
