"""`mlops sql`."""

import click

from cli.output import format_option, show
from cli.warehouse import query


@click.command()
@click.argument("statement")
@click.option("--env", required=True, help="Environment whose warehouse answers, for example prod.")
@click.option("--as", "principal", help="Ask as this principal: a user, service principal or group.")
@format_option
def sql(statement: str, env: str, principal: str | None, form: str) -> None:
    """Answer the SQL STATEMENT, with the rights of the principal that asks."""
    show(query(env, statement, as_principal=principal), form=form)
