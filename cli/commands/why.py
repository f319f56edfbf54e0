"""`mlops why`."""

import json

import click

from cli.errors import CommandError
from cli.models import NamedModel
from cli.output import format_option, show
from cli.specification import declared
from cli.warehouse import Warehouse
from cli.why.asked import asked
from ml.usecases import USE_CASES


@click.command()
@click.argument("use_case", type=click.Choice(sorted(USE_CASES)))
@click.option(
    "--key", "keys", multiple=True, required=True, help="Whose score: the key, or COLUMN=VALUE for each key column."
)
@click.option("--model", help="Which model, if the use case has several.")
@click.option("--time", help="The newest event up to this date or time [the newest of all].")
@click.option("--env", default="prod", show_default=True, help="Environment that scored it.")
@click.option("--as", "principal", help="Query as this principal: a user, service principal or group.")
@format_option
def why(
    *,
    use_case: str,
    keys: tuple[str, ...],
    model: str | None,
    time: str | None,
    env: str,
    principal: str | None,
    form: str,
) -> None:
    """Explain a score: version, data, features, contributions.

    It reads with the caller's rights: masked values stay masked, and are marked as such.
    """
    from cli.why.reading import Reader, why  # noqa: PLC0415 - takes seconds

    try:
        found = USE_CASES[use_case].model_named(model)
    except LookupError as error:
        raise CommandError(f"{error}; choose one with --model", 2) from error
    row = asked(found, keys, time)
    spec, environment = declared(env)
    source = spec.source_of(environment, use_case).catalog
    reader = Reader(
        named=NamedModel(env=env, use_case=use_case, name=found.name),
        features_table=found.feature_table.table.full_name(source, use_case),
        principal=principal,
        warehouse=Warehouse(env, as_principal=principal),
    )
    answer = why(reader, row)
    if form == "json":
        click.echo(json.dumps(answer.as_dict(), indent=2, default=str))
        return
    show(answer.summary(), form=form, title=f"{reader.named.full_name}: {row.said}")
    rows = [{**row, "contribution": _signed(row["contribution"])} for row in answer.rows()]
    show(rows, form=form, title="Features" if answer.because else "Features as they were scored")


def _signed(contribution: float | None) -> str:
    return "" if contribution is None else f"{contribution:+.4f}"
