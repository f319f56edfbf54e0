"""`mlops dashboard`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.cloud import HOST, deployed, workspace
from cli.errors import CommandError
from cli.output import format_option, progress, show
from cli.warehouse import RefusedError, Warehouse

if TYPE_CHECKING:
    from databricks.sdk.service.dashboards import Dashboard

    from cli.dashboards.document import Panel
    from cli.dashboards.page import Answered


@click.command()
@click.argument("name", required=False)
@click.option("--env", default="prod", show_default=True, help="Environment of the dashboard.")
@click.option("--host", help=HOST)
@click.option("--as", "principal", help="Query as this principal: a user, service principal or group.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="HTML file to write.")
@format_option
def dashboard(
    *, name: str | None, env: str, host: str | None, principal: str | None, html: Path | None, form: str
) -> None:
    """Draw the deployed dashboard NAME; without NAME, list them.

    NAME is a title such as "credit: risk". The dashboard's own queries run with the caller's rights, as in the
    workspace.
    """
    from cli.dashboards.document import panels  # noqa: PLC0415 - other commands do not need it
    from cli.dashboards.page import render  # noqa: PLC0415

    warehouse = Warehouse(env, as_principal=principal, host=host)
    found = _dashboards(env, principal, host)
    if name is None:
        show([{"dashboard": each, "at": str(one.path)} for each, one in sorted(found.items())], form=form)
        return
    if name not in found:
        raise CommandError(f"there is no dashboard {name!r} in {env}: {', '.join(sorted(found)) or 'none'}", 2)
    answers = [_answered(warehouse, panel) for panel in panels(found[name].serialized_dashboard or "")]
    target = html or Path("dist") / f"{name.replace(': ', '-').replace(' ', '-')}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = f"Asked as {warehouse.principal} in {env} at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
    target.write_text(render(name, answers, made), encoding="utf-8")
    progress.print(f"Written: {target}")
    show([{"panel": each.panel.title, "rows": len(each.rows), "refused": each.refused} for each in answers], form=form)


def _dashboards(env: str, principal: str | None, host: str | None) -> "dict[str, Dashboard]":
    """The dashboards that the principal may see, by name."""
    client = workspace(env, as_principal=principal) if host is None else deployed(env, host)
    listed = [each.dashboard_id for each in client.lakeview.list() if each.dashboard_id]
    whole = [client.lakeview.get(each) for each in listed]
    return {str(each.display_name): each for each in whole}


def _answered(warehouse: Warehouse, panel: "Panel") -> "Answered":
    from cli.dashboards.page import Answered  # noqa: PLC0415 - other commands do not need it

    try:
        return Answered(panel=panel, rows=warehouse.ask(panel.query).named())
    except RefusedError as error:
        return Answered(panel=panel, refused=error.message.splitlines()[0])
