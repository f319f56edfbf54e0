"""What a task makes Spark execute, counted at the client: queries, writes, and statements that are no query."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pyspark.sql.connect.client.core import SparkConnectClient

_QUERIES = ("SELECT", "WITH")


@contextmanager
def executed() -> Iterator[list[str]]:
    """A list that gets a word or the statement for everything that Spark executes within the block."""
    found: list[str] = []
    asked = SparkConnectClient._execute_and_fetch_as_iterator

    def counting(client: SparkConnectClient, req: Any, *more: Any, **named: Any) -> Any:
        found.extend(_work(req.plan))
        return asked(client, req, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SparkConnectClient, "_execute_and_fetch_as_iterator", counting)
        yield found


def _work(plan: Any) -> Iterator[str]:
    if plan.HasField("root"):
        yield "query"
        return
    kind = plan.command.WhichOneof("command_type")
    if kind == "sql_command":
        # A query is only analyzed here, and executed when its rows are fetched.
        statement = plan.command.sql_command.input.sql.query or plan.command.sql_command.sql
        if not statement.lstrip().upper().startswith(_QUERIES):
            yield statement
    elif kind != "create_dataframe_view":
        yield str(kind)
