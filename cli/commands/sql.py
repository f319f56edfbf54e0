"""`mlops sql`."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cli.cloud import workspace
from cli.errors import CommandError
from cli.output import Row, format_option, show

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.sql import StatementResponse

# The longest that the API waits by itself; what takes longer is asked for again.
_WAIT = "50s"
_POLL_S = 0.5


def query(env: str, statement: str, *, as_principal: str | None = None) -> list[Row]:
    """The rows that `statement` answers in environment `env`. Raises CommandError where it is refused."""
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415 - takes half a second
    from databricks.sdk.service.sql import StatementState  # noqa: PLC0415

    client = workspace(env, as_principal=as_principal)
    try:
        warehouse = next((found.id for found in client.warehouses.list()), None) or "local"
        answer = _ended(client, client.statement_execution.execute_statement(statement, warehouse, wait_timeout=_WAIT))
    except DatabricksError as error:
        raise CommandError(f"{error.error_code or 'ERROR'}: {error}") from error
    status = answer.status
    if status is None or status.state != StatementState.SUCCEEDED:
        problem = status.error if status else None
        code = problem.error_code.value if problem and problem.error_code else "FAILED"
        raise CommandError(f"{code}: {problem.message if problem else 'the statement did not end'}")
    schema = answer.manifest.schema if answer.manifest else None
    names = [column.name or "" for column in (schema.columns or [])] if schema else []
    return [dict(zip(names, row, strict=True)) for row in _all_rows(client, answer)]


def _all_rows(client: "WorkspaceClient", answer: "StatementResponse") -> Iterator[list[str]]:
    """The rows of every chunk: the answer has the first one only."""
    part = answer.result
    while part is not None:
        yield from part.data_array or []
        following = part.next_chunk_index
        chunks = client.statement_execution
        part = None if following is None else chunks.get_statement_result_chunk_n(str(answer.statement_id), following)


def _ended(client: "WorkspaceClient", answer: "StatementResponse") -> "StatementResponse":
    """The answer once the statement is over: the first one after a start waits for Spark to warm up."""
    from databricks.sdk.service.sql import StatementState  # noqa: PLC0415 - takes half a second

    under_way = (StatementState.PENDING, StatementState.RUNNING)
    while answer.status and answer.status.state in under_way and answer.statement_id:
        time.sleep(_POLL_S)
        answer = client.statement_execution.get_statement(answer.statement_id)
    return answer


@click.command()
@click.argument("statement")
@click.option("--env", required=True, help="Environment whose warehouse answers, for example prod.")
@click.option("--as", "principal", help="Ask as this principal: a user, service principal or group.")
@format_option
def sql(statement: str, env: str, principal: str | None, form: str) -> None:
    """Answer the SQL STATEMENT, with the rights of the principal that asks."""
    show(query(env, statement, as_principal=principal), form=form)
