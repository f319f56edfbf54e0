"""`mlops why`."""

import json

import click

from cli.models import named_model
from cli.output import format_option, show
from cli.specification import declared
from cli.warehouse import Warehouse
from cli.why.asked import asked


@click.command()
@click.argument("model")
@click.option(
    "--key", "keys", multiple=True, required=True, help="Whose score: the key, or COLUMN=VALUE for each key column."
)
@click.option("--time", help="The newest event up to this date or time [the newest of all].")
@click.option("--env", help="Environment that scored it [prod, or that of the full name].")
@click.option("--as", "principal", help="Query as this principal: a user, service principal or group.")
@format_option
def why(
    *,
    model: str,
    keys: tuple[str, ...],
    time: str | None,
    env: str | None,
    principal: str | None,
    form: str,
) -> None:
    """Explain a score: version, data, features, contributions.

    It reads with the caller's rights: masked values stay masked, and are marked as such. MODEL is a use case,
    USECASE/MODEL, or a model's full name.
    """
    from cli.why.reading import Reader, why  # noqa: PLC0415 - takes seconds

    named = named_model(model, env)
    row = asked(named.declared, keys, time)
    spec, environment = declared(named.env)
    source = spec.source_of(environment, named.use_case).catalog
    reader = Reader(
        named=named,
        features_table=named.declared.feature_table.table.full_name(source, named.use_case),
        principal=principal,
        warehouse=Warehouse(named.env, as_principal=principal),
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
