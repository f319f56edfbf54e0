"""Active statements and their results: run in the background, waited for, queried, cancelled."""

import threading
import uuid
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.sql import engine
from localcloud.services.sql.execute import execute
from localcloud.services.sql.links import PATH, links
from localcloud.services.sql.requests import Request
from localcloud.services.sql.results import Result

_KEPT = 200
_KEPT_BYTES = 2**30
_AT_ONCE = 4


@dataclass
class Cursor:
    """The number of rows that a reader has received, and the names that replace its columns' own."""

    names: tuple[str, ...] = ()
    fetched: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A statement, its principal, and its future result."""

    statement_id: str
    principal: str
    workspace: str
    url: str
    request: Request
    future: "Future[Result]"
    cancelled: threading.Event
    cursor: Cursor = field(default_factory=Cursor)

    @property
    def byte_count(self) -> int:
        """The memory of its result so far, in bytes."""
        over = self.future.done() and not self.future.cancelled() and self.future.exception() is None
        return self.future.result().byte_count if over else 0


class Statements:
    """The last statements of this process, newest last. Results live in memory and end with the process."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="sql")
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, caller: Caller, request: Request, url: str = "") -> Entry:
        """Start a statement as `caller`; `url` is where links to its results begin, the workspace's own if empty."""
        number = str(uuid.uuid4())
        workspace = caller.require_workspace()
        entry = Entry(
            statement_id=number,
            principal=caller.principal,
            workspace=workspace.name,
            url=url or workspace.url,
            request=request,
            future=self._pool.submit(execute, self._cloud, caller, request, f"statement-{number}"),
            cancelled=threading.Event(),
        )
        with self._lock:
            self._entries[number] = entry
            self._forget_oldest()
        return entry

    def find(self, caller: Caller, statement_id: str) -> Entry:
        """One of the caller's statements; an admin finds all. Raises `ApiError` 404."""
        entry = self.by_id(statement_id)
        own = entry.workspace == caller.require_workspace().name
        if not own or (entry.principal != caller.principal and not caller.is_workspace_admin):
            raise _gone(statement_id)
        return entry

    def by_id(self, statement_id: str) -> Entry:
        """A statement of any principal. Raises `ApiError` 404."""
        with self._lock:
            entry = self._entries.get(statement_id)
        if entry is None:
            raise _gone(statement_id)
        return entry

    def cancel(self, entry: Entry) -> None:
        """Stop a statement; no effect on one that ended."""
        if not entry.future.done():
            entry.cancelled.set()
            entry.future.cancel()
            engine.cancel(self._cloud, f"statement-{entry.statement_id}")

    def close(self, entry: Entry) -> None:
        """Delete a statement and its result; an active one is stopped."""
        self.cancel(entry)
        with self._lock:
            self._entries.pop(entry.statement_id, None)

    def _forget_oldest(self) -> None:
        held = sum(entry.byte_count for entry in self._entries.values())
        while len(self._entries) > 1 and (len(self._entries) > _KEPT or held > _KEPT_BYTES):
            held -= self._entries.popitem(last=False)[1].byte_count


def statements(cloud: Cloud) -> Statements:
    """The statements of this process."""
    with cloud.lock:
        found = cloud.parts.setdefault("statements", Statements(cloud))
    assert isinstance(found, Statements)
    return found


def answer(cloud: Cloud, entry: Entry, wait_s: float = 0) -> Document:
    """The REST answer, after waiting up to `wait_s` seconds for the result."""
    wait([entry.future], timeout=wait_s)
    if entry.cancelled.is_set():
        return _state(entry, "CANCELED")
    if not entry.future.done():
        return _state(entry, "RUNNING")
    error = entry.future.exception()
    if error is not None:
        return {"statement_id": entry.statement_id, "status": _failed(error)}
    manifest = entry.future.result().manifest(entry.request.format)
    return {**_state(entry, "SUCCEEDED"), "manifest": manifest, "result": chunk(cloud, entry, 0)}


def pending(entry: Entry) -> Document:
    """The REST answer for a statement that is not waited for."""
    return _state(entry, "PENDING")


def chunk(cloud: Cloud, entry: Entry, index: int) -> Document:
    """One chunk of a statement's result, its rows or a link to them. Raises `ApiError` 400 if there is none."""
    over = entry.future.done() and not entry.cancelled.is_set() and entry.future.exception() is None
    if not over or not 0 <= index < entry.future.result().chunk_count:
        count = f"has the chunks 0 to {entry.future.result().chunk_count - 1}" if over else "has no result"
        raise bad_request(f"Statement {entry.statement_id} {count}, so no chunk {index}.")
    result = entry.future.result()
    described = result.chunk(index)
    if index + 1 < result.chunk_count:
        path = f"/api/2.0/sql/statements/{entry.statement_id}/result/chunks/{index + 1}"
        described |= {"next_chunk_index": index + 1, "next_chunk_internal_link": path}
    if not entry.request.limits.linked:
        return described | {"data_array": [list(row) for row in result.rows(index)]}
    key, link = links(cloud).make(entry.statement_id, index)
    length = len(result.document(index, entry.request.format))
    linked = {"external_link": f"{entry.url}{PATH}/{key}", "expiration": link.expiration, "byte_count": length}
    return {"external_links": [described | linked]}


# The API's own codes. Anything else is BAD_REQUEST with the real code in front of the message, as on Databricks.
_SERVICE_CODES = frozenset({"NOT_FOUND", "TEMPORARILY_UNAVAILABLE", "RESOURCE_EXHAUSTED"})


def _state(entry: Entry, state: str) -> Document:
    return {"statement_id": entry.statement_id, "status": {"state": state}}


def _failed(error: BaseException) -> Document:
    return {"state": "FAILED", "error": failure(error)}


def failure(error: BaseException) -> Document:
    """Code and message of an error."""
    if not isinstance(error, ApiError):
        message = f"{type(error).__name__}: {error}"
        return {"error_code": "INTERNAL_ERROR", "message": message}
    if error.error_code in _SERVICE_CODES:
        return {"error_code": error.error_code, "message": error.message}
    named = error.message.startswith("[")
    message = error.message if named else f"{error.error_code}: {error.message}"
    return {"error_code": "BAD_REQUEST", "message": message}


def _gone(statement_id: str) -> ApiError:
    return not_found(f"Statement {statement_id} does not exist; results are kept for the last {_KEPT} only.")
