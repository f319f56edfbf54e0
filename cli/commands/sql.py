"""`mlops sql`."""

import click

from cli.output import format_option, show
from cli.warehouse import query


@click.command()
@click.argument("statement")
@click.option("--env", required=True, help="Environment whose warehouse is used, such as prod.")
@click.option("--as", "principal", help="Run as this principal: a user, service principal or group.")
@format_option
def sql(statement: str, env: str, principal: str | None, form: str) -> None:
    """Run the SQL STATEMENT on a warehouse, as any principal."""
    show(query(env, statement, as_principal=principal), form=form)
