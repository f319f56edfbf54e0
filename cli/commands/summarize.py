"""`mlops summarize`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cli.cloud import HOST
from cli.output import format_option, progress, show
from cli.warehouse import Warehouse


@click.command()
@click.argument("table")
@click.option("--env", default="prod", show_default=True, help="Environment whose warehouse is used.")
@click.option("--host", help=HOST)
@click.option("--as", "principal", help="Query as this principal: a user, service principal or group.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write an HTML page with pictures.")
@format_option
def summarize(*, table: str, env: str, host: str | None, principal: str | None, html: Path | None, form: str) -> None:
    """Profile each column of TABLE (catalog.schema.table).

    Nulls, distinct values, mean, deviation, quartiles, frequent values, and a picture of each, as the caller may see
    them. Distinct values and quartiles are approximate. The warehouse computes them in two passes over the table; no
    row is fetched.
    """
    from cli.summarize.asking import summaries  # noqa: PLC0415 - other commands do not need it
    from cli.summarize.page import render  # noqa: PLC0415
    from cli.summarize.text import lines_of, rows_of  # noqa: PLC0415

    warehouse = Warehouse(env, as_principal=principal, host=host)
    found = summaries(warehouse, table)
    if html:
        html.parent.mkdir(parents=True, exist_ok=True)
        made = f"Asked as {warehouse.principal} at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
        html.write_text(render(table, found, made), encoding="utf-8")
        progress.print(f"Written: {html}")
    rows = found[0].facts.rows if found else 0
    show(rows_of(found) if form == "json" else lines_of(found), form=form, title=f"{table}: {rows:,} rows")
