"""The calls of the warehouse's Thrift service, on top of the REST API's statements."""

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from typing import Any, TypeVar

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller
from localcloud.services.sql import requests
from localcloud.services.sql.sessions import Session, sessions
from localcloud.services.sql.statements import Entry, Statements, failure, statements
from localcloud.services.sql.thrift import catalog, shapes
from localcloud.services.sql.thrift.binary import Struct

_DIRECT_WAIT_S = 5.0
_MOST_ROWS = 100_000
Request = Mapping[int, Any]
_T = TypeVar("_T")


def call(cloud: Cloud, caller: Caller, warehouse_id: str, method: str, request: Request) -> Struct:
    """The answer to one call. Errors are answers with an error status."""
    handlers: Mapping[str, Callable[[_Service, Request], Struct]] = {
        "OpenSession": _Service.open_session,
        "CloseSession": _Service.close_session,
        "ExecuteStatement": _Service.execute,
        "GetCatalogs": _Service.catalogs,
        "GetSchemas": _Service.schemas,
        "GetTables": _Service.tables,
        "GetColumns": _Service.columns,
        "GetOperationStatus": _Service.operation_status,
        "GetResultSetMetadata": _Service.metadata,
        "FetchResults": _Service.fetch,
        "CancelOperation": _Service.cancel,
        "CloseOperation": _Service.close,
    }
    handler = handlers.get(method)
    if handler is None:
        return shapes.only_status(shapes.ERROR, f"{method} is not offered; offered are {', '.join(handlers)}.")
    try:
        return handler(_Service(cloud, caller, warehouse_id), request)
    except ApiError as error:
        code = shapes.INVALID_HANDLE if error.status == 404 else shapes.ERROR
        return shapes.only_status(code, f"{error.error_code}: {error.message}")


@dataclass(frozen=True)
class _Service:
    """One call of one caller."""

    cloud: Cloud
    caller: Caller
    warehouse_id: str

    @property
    def _running(self) -> Statements:
        return statements(self.cloud)

    def open_session(self, request: Request) -> Struct:
        namespace = _struct(request.get(1284))
        made = sessions(self.cloud).open(self.caller, *(_text(namespace.get(number)) for number in (1, 2)))
        return shapes.session(made.number, catalog=made.catalog, schema=made.schema)

    def close_session(self, request: Request) -> Struct:
        sessions(self.cloud).close(self.caller, _number(request.get(1)))
        return shapes.only_status()

    def execute(self, request: Request) -> Struct:
        if not request.get(1282):
            raise bad_request("Rows come in Arrow only: install pyarrow beside the connector.")
        given = [_parameter(_struct(each)) for each in _list(request.get(1288))]
        return self._begin(request, _text(request.get(2)), parameters=given, row_limit=_count(request.get(1287)))

    def catalogs(self, request: Request) -> Struct:
        return self._begin(request, "SHOW CATALOGS", names=("TABLE_CAT",))

    def schemas(self, request: Request) -> Struct:
        return self._about(request, catalog.schemas)

    def tables(self, request: Request) -> Struct:
        return self._about(request, catalog.tables)

    def columns(self, request: Request) -> Struct:
        return self._about(request, catalog.columns)

    def operation_status(self, request: Request) -> Struct:
        return _state(self._entry(request))

    def metadata(self, request: Request) -> Struct:
        return self._described(self._entry(request))

    def fetch(self, request: Request) -> Struct:
        return self._rows(self._entry(request), _count(request.get(3)))

    def cancel(self, request: Request) -> Struct:
        self._running.cancel(self._entry(request))
        return shapes.only_status()

    def close(self, request: Request) -> Struct:
        self._running.close(self._entry(request))
        return shapes.only_status()

    def _about(self, request: Request, query: Callable[[str, Request], str]) -> Struct:
        held = _text(request.get(2)) or self._session(request).catalog
        if not held:
            raise bad_request("Name a catalog, or open the connection with one.")
        return self._begin(request, query(held, request))

    def _session(self, request: Request) -> Session:
        return sessions(self.cloud).find(self.caller, _number(request.get(1)))

    def _begin(self, request: Request, text: str, *, names: tuple[str, ...] = (), **more: Any) -> Struct:
        """Run a statement in its session, and answer with its state after a short wait."""
        session = self._session(request)
        body = {
            **{"statement": text, "warehouse_id": self.warehouse_id, "catalog": session.catalog},
            **{"schema": session.schema, "disposition": "EXTERNAL_LINKS", "format": "ARROW_STREAM"},
            **{name: value for name, value in more.items() if value},
        }
        entry = self._running.submit(self.caller, requests.read(body))
        entry.cursor.names = names
        wanted = request.get(1281)
        if wanted is None:
            return shapes.operation(entry.statement_id, None)
        wait([entry.future], timeout=_DIRECT_WAIT_S)
        over = entry.future.done() and not entry.cancelled.is_set() and entry.future.exception() is None
        if not over:
            return shapes.operation(entry.statement_id, shapes.direct_results(_state(entry)))
        about, rows = self._described(entry), self._rows(entry, _count(_struct(wanted).get(1)))
        return shapes.operation(entry.statement_id, shapes.direct_results(_state(entry), about, rows))

    def _entry(self, request: Request) -> Entry:
        return self._running.find(self.caller, _number(request.get(1)))

    def _described(self, entry: Entry) -> Struct:
        result = _result(entry)
        kinds = [kind for _, kind in result.columns]
        named = entry.cursor.names or [name for name, _ in result.columns]
        return shapes.metadata([*zip(named, kinds, strict=True)], self._table(entry).schema)

    def _rows(self, entry: Entry, most: int | None) -> Struct:
        """The next rows, at most `most`."""
        table, offset = self._table(entry), entry.cursor.fetched
        part = table.slice(offset, min(most or _MOST_ROWS, _MOST_ROWS))
        entry.cursor.fetched = offset + part.num_rows
        more = entry.cursor.fetched < table.num_rows
        return shapes.rows(part, offset, self._described(entry), more=more)

    def _table(self, entry: Entry) -> Any:
        import pyarrow as pa  # noqa: PLC0415

        table = _result(entry).table
        found = pa.table({}) if table is None else table
        return found.rename_columns(list(entry.cursor.names)) if entry.cursor.names else found


def _result(entry: Entry) -> Any:
    if not entry.future.done() or entry.cancelled.is_set():
        raise bad_request(f"Statement {entry.statement_id} has no result yet.")
    return entry.future.result()


def _state(entry: Entry) -> Struct:
    if entry.cancelled.is_set():
        return shapes.operation_status(shapes.CANCELED)
    if not entry.future.done():
        return shapes.operation_status(shapes.RUNNING)
    error = entry.future.exception()
    if error is None:
        return shapes.operation_status(shapes.FINISHED)
    said = failure(error)
    return shapes.operation_status(shapes.FAILED, (str(said["error_code"]), str(said["message"])))


def _number(handle: Any) -> str:
    """The number of a session or operation in its handle. Raises `ApiError` 400 for a missing one."""
    held = _struct(_struct(handle).get(1)).get(1)
    if not isinstance(held, bytes) or len(held) != 16:
        raise bad_request("The request has no handle.")
    return str(uuid.UUID(bytes=held))


def _parameter(given: Request) -> dict[str, Any]:
    value = _struct(given.get(4))
    text = next((value[number] for number in (1, 2, 3) if number in value), None)
    said = _text(text) if isinstance(text, bytes) else None if text is None else str(text).lower()
    return {"name": _text(given.get(2)), "type": _text(given.get(3)) or "STRING", "value": said}


def _struct(value: Any) -> Request:
    """The fields of a struct, empty if it is not given. Raises `ApiError` 400 for another type."""
    return _of(dict, value) or {}


def _list(value: Any) -> list[Any]:
    return _of(list, value) or []


def _count(value: Any) -> int | None:
    """The requested number of rows; None for all. Raises `ApiError` 400 for a negative one."""
    found = _of(int, value)
    if found is not None and found < 0:
        raise bad_request(f"The request asks for {found} rows.")
    return found or None


def _of(kind: type[_T], value: Any) -> _T | None:
    if value is not None and not isinstance(value, kind):
        raise bad_request(f"The request has {type(value).__name__} where {kind.__name__} belongs.")
    return value


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
