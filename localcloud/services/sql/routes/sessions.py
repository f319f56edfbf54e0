"""Sessions, as `databricks-sql-connector` opens them before it runs statements: `/api/2.0/sql/sessions`."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.sql.routes import warehouses
from localcloud.services.sql.sessions import sessions

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/aws/en/dev-tools/python-sql-connector")

router = APIRouter(prefix="/api/2.0/sql/sessions")


@router.post("")
def open_session(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Open a session on a warehouse. Needs CAN_USE. Session settings are not supported."""
    warehouse_id = str(required(only(body, "warehouse_id", "catalog", "schema"), "warehouse_id"))
    warehouses.require(cloud, caller, warehouse_id, "CAN_USE")
    made = sessions(cloud).open(caller, body.get("catalog") or "", body.get("schema") or "")
    return {"session_id": made.number}


@router.delete("/{number}")
def close_session(number: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Close one of the caller's sessions."""
    sessions(cloud).close(caller, number)
    return {}
