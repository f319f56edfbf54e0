"""Asking for a statement's answer until it is over, however slow the machine is."""

import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.sql import StatementResponse, StatementState

_UNDER_WAY = (StatementState.PENDING, StatementState.RUNNING)


def ask(sdk: WorkspaceClient, text: str, **more: object) -> StatementResponse:
    """The answer to a statement on the local warehouse, once it is over."""
    sql = sdk.statement_execution
    answer = sql.execute_statement(text, "local", wait_timeout="50s", **more)  # type: ignore[arg-type]
    while answer.status is not None and answer.status.state in _UNDER_WAY:
        time.sleep(0.5)
        answer = sql.get_statement(str(answer.statement_id))
    return answer
