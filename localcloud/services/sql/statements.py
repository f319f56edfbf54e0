"""Statements in flight and their results: run in the background, waited for, asked about, cancelled."""

import threading
import uuid
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.sql import engine
from localcloud.services.sql.columns import column
from localcloud.services.sql.engine import Result
from localcloud.services.sql.execute import execute

_KEPT = 200
_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A statement, who gave it, and its result to come."""

    statement_id: str
    principal: str
    workspace: str
    future: "Future[Result]"
    cancelled: threading.Event


class Statements:
    """The last statements of this process, newest last. Results live in memory and end with the process."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="sql")
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, caller: Caller, text: str, *, catalog: str, schema: str) -> Entry:
        """Start a statement as `caller`."""
        number = str(uuid.uuid4())
        future = self._pool.submit(
            execute, self._cloud, caller, text, tag=f"statement-{number}", catalog=catalog, schema=schema
        )
        workspace = caller.require_workspace().name
        entry = Entry(
            statement_id=number,
            principal=caller.principal,
            workspace=workspace,
            future=future,
            cancelled=threading.Event(),
        )
        with self._lock:
            self._entries[number] = entry
            while len(self._entries) > _KEPT:
                self._entries.popitem(last=False)
        return entry

    def find(self, caller: Caller, statement_id: str) -> Entry:
        """A statement of the caller's own; an admin finds all. Raises `ApiError` 404."""
        with self._lock:
            entry = self._entries.get(statement_id)
        own = entry is not None and entry.workspace == caller.require_workspace().name
        if entry is None or not own or (entry.principal != caller.principal and not caller.is_workspace_admin):
            raise not_found(f"Statement {statement_id} does not exist; results are kept for the last {_KEPT} only.")
        return entry

    def cancel(self, entry: Entry) -> None:
        """Stop a statement; one that ended stays as it is."""
        if not entry.future.done():
            entry.cancelled.set()
            entry.future.cancel()
            engine.cancel(self._cloud, f"statement-{entry.statement_id}")


def statements(cloud: Cloud) -> Statements:
    """The statements of this process."""
    with cloud.lock:
        found = cloud.parts.setdefault("statements", Statements(cloud))
    assert isinstance(found, Statements)
    return found


def answer(entry: Entry, wait_s: float = 0) -> Document:
    """The REST answer, after waiting up to `wait_s` seconds for the result."""
    wait([entry.future], timeout=wait_s)
    if entry.cancelled.is_set():
        return {"statement_id": entry.statement_id, "status": {"state": "CANCELED"}}
    if not entry.future.done():
        return {"statement_id": entry.statement_id, "status": {"state": "RUNNING"}}
    error = entry.future.exception()
    if error is not None:
        return {"statement_id": entry.statement_id, "status": _failed(error)}
    return {"statement_id": entry.statement_id, "status": {"state": "SUCCEEDED"}, **_content(entry.future.result())}


# The API's own codes. Anything else is BAD_REQUEST with the real code in front of the message, as on Databricks.
_SERVICE_CODES = frozenset({"NOT_FOUND", "TEMPORARILY_UNAVAILABLE"})


def _failed(error: BaseException) -> Document:
    if not isinstance(error, ApiError):
        message = f"{type(error).__name__}: {error}"
        return {"state": "FAILED", "error": {"error_code": "INTERNAL_ERROR", "message": message}}
    if error.error_code in _SERVICE_CODES:
        return {"state": "FAILED", "error": {"error_code": error.error_code, "message": error.message}}
    named = error.message.startswith("[")
    message = error.message if named else f"{error.error_code}: {error.message}"
    return {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": message}}


def _content(result: Result) -> Document:
    columns = [column(name, kind, position) for position, (name, kind) in enumerate(result.columns)]
    count = len(result.rows)
    chunk = {"chunk_index": 0, "row_offset": 0, "row_count": count}
    manifest = {
        "format": "JSON_ARRAY",
        "schema": {"column_count": len(columns), "columns": columns},
        "total_row_count": count,
        "total_chunk_count": 1,
        "chunks": [chunk],
        "truncated": result.truncated,
    }
    return {"manifest": manifest, "result": {**chunk, "data_array": [list(row) for row in result.rows]}}
