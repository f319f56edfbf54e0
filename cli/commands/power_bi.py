"""`mlops power-bi`."""

from pathlib import Path
from urllib.parse import urlsplit

import click

from cli.cloud import HOST, deployed, workspace
from cli.errors import CommandError
from cli.output import format_option, progress, show
from cli.power_bi import pbids
from ml.declarations import Layer
from ml.usecases import USE_CASES


@click.command()
@click.argument("use_case", type=click.Choice(sorted(USE_CASES)))
@click.option("--env", default="prod", show_default=True, help="Environment of the tables and the warehouse.")
@click.option("--host", help=HOST)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("dist/power-bi"))
@format_option
def power_bi(*, use_case: str, env: str, host: str | None, out: Path, form: str) -> None:
    """Write data source files for Power BI Desktop.

    They open the gold and ops tables of USE_CASE. Each names a warehouse and a schema, and holds no secret: readers
    sign in themselves and see what their rights allow.
    """
    client = workspace(env) if host is None else deployed(env, host)
    found = next(iter(client.warehouses.list()), None)
    if found is None or not found.id:
        raise CommandError(f"you may not use any SQL warehouse of {env!r}: ask for CAN_USE on one")
    address = urlsplit(client.config.host or "").netloc
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for layer in (Layer.GOLD, Layer.OPS):
        schema = USE_CASES[use_case].schema(layer)
        target = out / f"{env}-{schema}.pbids"
        target.write_text(pbids(address, found.id, env, schema), encoding="utf-8")
        rows.append({"file": str(target), "schema": f"{env}.{schema}", "warehouse": str(found.name)})
    progress.print("Open a file with Power BI Desktop; it asks you to sign in.")
    show(rows, form=form)
