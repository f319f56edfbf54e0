"""The Statement Execution API: `/api/2.0/sql/statements`, results inline as JSON_ARRAY."""

import re

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.store import Document
from localcloud.parity import Level, Parity
from localcloud.services.sql.routes import warehouses
from localcloud.services.sql.statements import answer, statements

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/statementexecution")

router = APIRouter(prefix="/api/2.0/sql/statements")
_WAIT = re.compile(r"(\d+)s")
# What the API offers and the local cloud does not: refused, never ignored.
_FIXED = {"disposition": "INLINE", "format": "JSON_ARRAY"}
# The local Spark server itself, for a principal who may use no warehouse: what they may read still decides.
_NO_WAREHOUSE = "local"


@router.post("")
def execute(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Run one statement as the caller, who needs CAN_USE on the warehouse (not on `local`), and wait for it.

    `wait_timeout` is `0s` or `5s`..`50s` (default `10s`); afterwards the answer is RUNNING, or the
    statement is cancelled with `on_wait_timeout` CANCEL.
    """
    warehouse_id, text = required(body, "warehouse_id", "statement")
    if warehouse_id != _NO_WAREHOUSE:
        warehouses.require(cloud, caller, warehouse_id, "CAN_USE")
    _require_supported(body)
    limit_s = _wait_s(str(body.get("wait_timeout", "10s")))
    running = statements(cloud)
    entry = running.submit(caller, text, catalog=body.get("catalog") or "", schema=body.get("schema") or "")
    first = answer(entry, limit_s)
    if first["status"]["state"] == "RUNNING" and body.get("on_wait_timeout") == "CANCEL":
        running.cancel(entry)
        return answer(entry)
    return first


@router.get("/{statement_id}")
def get(statement_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The state and, once there, the result of an own statement."""
    return answer(statements(cloud).find(caller, statement_id))


@router.post("/{statement_id}/cancel")
def cancel(statement_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Cancel an own statement."""
    running = statements(cloud)
    running.cancel(running.find(caller, statement_id))
    return {}


@router.get("/{statement_id}/result/chunks/{index}")
def chunk(statement_id: str, index: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """The one chunk of an own statement's result."""
    found = answer(statements(cloud).find(caller, statement_id))
    if index != 0 or "result" not in found:
        raise bad_request(f"Statement {statement_id} has no chunk {index}: results come in one chunk, number 0.")
    result: Document = found["result"]
    return result


def _require_supported(body: Document) -> None:
    for field, only in _FIXED.items():
        if body.get(field) not in (None, only):
            raise bad_request(f"{field} '{body[field]}' is not offered locally: use {only}.")
    if body.get("parameters"):
        raise bad_request("parameters are not offered locally: write the values into the statement.")
    for field in ("row_limit", "byte_limit"):
        if body.get(field):
            raise bad_request(f"{field} is not offered locally: write LIMIT into the statement.")


def _wait_s(text: str) -> int:
    found = _WAIT.fullmatch(text)
    limit_s = int(found[1]) if found else -1
    if limit_s != 0 and not 5 <= limit_s <= 50:
        raise bad_request(f"wait_timeout '{text}' is not 0s or 5s to 50s.")
    return limit_s
