"""The Statement Execution API: `/api/2.0/sql/statements`."""

from fastapi import APIRouter, Request

from localcloud.kernel import loopback
from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.sql import requests
from localcloud.services.sql.routes import warehouses
from localcloud.services.sql.sessions import sessions
from localcloud.services.sql.statements import answer, pending, statements
from localcloud.services.sql.statements import chunk as chunk_of

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/statementexecution")

router = APIRouter(prefix="/api/2.0/sql/statements")
# The local Spark server itself, for a principal who may use no warehouse: what they may read still decides.
_NO_WAREHOUSE = "local"


@router.post("")
def execute(body: JsonBody, http: Request, cloud: CloudDep, caller: CallerDep) -> Document:
    """Run one statement as the caller and wait for it. Needs CAN_USE on the warehouse, except on `local`.

    `wait_timeout` is `0s` (the answer is PENDING at once) or `5s`..`50s` (default `10s`); afterwards the answer
    is RUNNING, or the statement is cancelled with `on_wait_timeout` CANCEL.
    """
    if body.get("session_id"):
        session = sessions(cloud).find(caller, str(body["session_id"]))
        body = {
            **body,
            "catalog": body.get("catalog") or session.catalog,
            "schema": body.get("schema") or session.schema,
        }
    request = requests.read(body)
    if request.warehouse_id != _NO_WAREHOUSE:
        warehouses.require(cloud, caller, request.warehouse_id, "CAN_USE")
    running = statements(cloud)
    entry = running.submit(caller, request, _asked_at(http))
    if request.wait_s == 0:
        return pending(entry)
    first = answer(cloud, entry, request.wait_s)
    if first["status"]["state"] == "RUNNING" and request.cancels:
        running.cancel(entry)
        return answer(cloud, entry)
    return first


def _asked_at(http: Request) -> str:
    """The host name for links to results, if the client used the proxy; empty for direct calls."""
    return "" if http.url.hostname in loopback.HOSTS else f"https://{http.url.hostname}"


@router.get("/{statement_id}")
def get(statement_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The state of one of the caller's statements and, when available, the first chunk of its result."""
    return answer(cloud, statements(cloud).find(caller, statement_id))


@router.post("/{statement_id}/cancel")
def cancel(statement_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Cancel one of the caller's statements."""
    running = statements(cloud)
    running.cancel(running.find(caller, statement_id))
    return {}


@router.delete("/{statement_id}")
def close(statement_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete one of the caller's statements with its result. The connector does so when it closes a cursor."""
    running = statements(cloud)
    running.close(running.find(caller, statement_id))
    return {}


@router.get("/{statement_id}/result/chunks/{index}")
def chunk(statement_id: str, index: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """One chunk of the result of one of the caller's statements: its rows, or a link to them."""
    return chunk_of(cloud, statements(cloud).find(caller, statement_id), index)
