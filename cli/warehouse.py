"""Queries the SQL warehouse of an environment, in the local cloud or in a real workspace."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.cloud import deployed, workspace
from cli.errors import CommandError
from cli.output import Row

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.sql import StatementResponse

# The longest wait that the API offers; slower statements are polled.
_WAIT = "50s"
_POLL_S = 0.5
_NO_RIGHT = re.compile(r"PERMISSION_DENIED|INSUFFICIENT_PERMISSIONS|UNAUTHORIZED_ACCESS")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The result of one statement: its columns (name, SQL type) and its rows, each value as text or None."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | None, ...], ...]

    def named(self) -> list[Row]:
        """The rows, each keyed by column name."""
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


class RefusedError(CommandError):
    """A failed statement; `code` is the API's error code, and `lacks_right` says that a right is missing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.lacks_right = _NO_RIGHT.search(self.message) is not None


class Warehouse:
    """One warehouse, queried as one principal. Raises CommandError if there is no such workspace, or no warehouse."""

    def __init__(self, env: str, *, as_principal: str | None = None, host: str | None = None) -> None:
        if host is not None and as_principal is not None:
            raise CommandError("--as needs the local cloud: with --host, sign in as the principal itself", 2)
        self.env, self._principal = env, as_principal
        self._client = workspace(env, as_principal=as_principal) if host is None else deployed(env, host)
        self._is_local = host is None
        self._id: str | None = None

    @property
    def principal(self) -> str:
        """The name of the querying principal."""
        return self._principal or str(self._client.current_user.me().user_name)

    def ask(self, statement: str, parameters: Mapping[str, tuple[str, str]] | None = None) -> Answer:
        """The result of `statement`. Raises RefusedError if it fails.

        `parameters`, by the name that follows a colon in the statement: their SQL type, and the value as text.
        """
        from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415 - takes half a second
        from databricks.sdk.service.sql import StatementParameterListItem, StatementState  # noqa: PLC0415

        given = [
            StatementParameterListItem(name=name, type=kind, value=value)
            for name, (kind, value) in (parameters or {}).items()
        ]
        try:
            execution, place = self._client.statement_execution, self._found()
            begun = execution.execute_statement(statement, place, wait_timeout=_WAIT, parameters=given or None)
            answer = _ended(self._client, begun)
        except DatabricksError as error:
            raise RefusedError(error.error_code or "ERROR", str(error)) from error
        status = answer.status
        if status is None or status.state != StatementState.SUCCEEDED:
            problem = status.error if status else None
            code = problem.error_code.value if problem and problem.error_code else "FAILED"
            raise RefusedError(code, str(problem.message) if problem else "the statement did not end")
        schema = answer.manifest.schema if answer.manifest else None
        columns = tuple((each.name or "", each.type_text or "") for each in (schema.columns or [])) if schema else ()
        return Answer(columns=columns, rows=tuple(tuple(row) for row in _all_rows(self._client, answer)))

    def _found(self) -> str:
        """The first warehouse that the principal may use; the local cloud's Spark also answers without one."""
        if self._id is None:
            self._id = next((str(found.id) for found in self._client.warehouses.list()), None)
        if self._id is None and not self._is_local:
            raise CommandError(f"{self.principal} cannot use any SQL warehouse of {self.env!r}: grant CAN_USE on one")
        return self._id or "local"


def query(env: str, statement: str, *, as_principal: str | None = None) -> list[Row]:
    """The rows of `statement` in environment `env`. Raises CommandError if it is refused."""
    return Warehouse(env, as_principal=as_principal).ask(statement).named()


def table_parts(table: str) -> tuple[str, str, str]:
    """Catalog, schema and name of `table`. Raises CommandError for any other spelling."""
    found = re.fullmatch(r"([\w-]+)\.([\w-]+)\.([\w-]+)", table.replace("`", ""))
    if found is None:
        raise CommandError(f"table {table!r}: write catalog.schema.table, such as prod.credit_silver.applications", 2)
    return found[1], found[2], found[3]


def quoted(*parts: str) -> str:
    """The name with these `parts`, quoted for SQL."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in parts)


def _all_rows(client: "WorkspaceClient", answer: "StatementResponse") -> Iterator[list[str]]:
    """The rows of every chunk: the response contains only the first."""
    part = answer.result
    while part is not None:
        yield from part.data_array or []
        following = part.next_chunk_index
        chunks = client.statement_execution
        part = None if following is None else chunks.get_statement_result_chunk_n(str(answer.statement_id), following)


def _ended(client: "WorkspaceClient", answer: "StatementResponse") -> "StatementResponse":
    """The response once the statement has ended: the first one after a start waits for Spark to warm up."""
    from databricks.sdk.service.sql import StatementState  # noqa: PLC0415 - takes half a second

    under_way = (StatementState.PENDING, StatementState.RUNNING)
    while answer.status and answer.status.state in under_way and answer.statement_id:
        time.sleep(_POLL_S)
        answer = client.statement_execution.get_statement(answer.statement_id)
    return answer
