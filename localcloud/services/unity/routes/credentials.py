"""Temporary credentials: the table door asks here whether its principal may read or write."""

import time

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, filtering, hiding, past
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/storagecredentials")

router = APIRouter()
_LIFETIME_S = 3600
_TABLE = {"READ": (Privilege.SELECT,), "READ_WRITE": (Privilege.SELECT, Privilege.MODIFY)}
_VOLUME = {
    "READ_VOLUME": (Privilege.READ_VOLUME,),
    "WRITE_VOLUME": (Privilege.READ_VOLUME, Privilege.WRITE_VOLUME),
}


@router.post("/temporary-table-credentials")
def table_credentials(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """`url` of the table for READ (SELECT) or READ_WRITE (SELECT and MODIFY), or 403 PERMISSION_DENIED.

    If policies hide parts of the table from the caller, READ returns a `query` that filters it, and READ_WRITE is
    refused. READ with `past` (a local parameter: history, a version or changes) is refused too. So are READ with `past`
    and READ_WRITE of a materialized view: only its pipeline writes it, and it has no readable history.
    """
    table_id, operation = required(body, "table_id", "operation")
    table = _by_id(cloud, Kind.TABLE, table_id)
    access.authorize(cloud, caller, Kind.TABLE, table["full_name"], *_needed(_TABLE, operation))
    if table.get("table_type") == "MATERIALIZED_VIEW" and (operation != "READ" or body.get("past")):
        raise bad_request(
            f"'{table['full_name']}' is a materialized view: its pipeline alone writes it, and only its newest rows "
            "can be read."
        )
    seen = hiding.view(cloud, caller, table)
    if seen is None:
        return _credential(table)
    if operation != "READ":
        raise denied(
            f"Table '{table['full_name']}' has columns or rows that are hidden from the caller: read it only. "
            "(Dedicated compute takes MERGE and a DataFrame's append from such a caller, and no INSERT … SELECT; "
            "here all writes are refused.)"
        )
    if body.get("past"):
        raise past.refused(table["full_name"], str(body["past"]), dedicated=not caller.serverless)
    filtering.require(cloud, caller, table)
    return {**_credential(table), "query": seen.query(f"delta.`{table['storage_location']}`")}


@router.post("/temporary-volume-credentials")
def volume_credentials(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """`url` of the volume for READ_VOLUME or WRITE_VOLUME, or 403 PERMISSION_DENIED."""
    volume_id, operation = required(body, "volume_id", "operation")
    volume = _by_id(cloud, Kind.VOLUME, volume_id)
    access.authorize(cloud, caller, Kind.VOLUME, volume["full_name"], *_needed(_VOLUME, operation))
    return _credential(volume)


def _by_id(cloud: Cloud, kind: Kind, identifier: str) -> Document:
    found = cloud.store.having(kind, id=identifier)
    if not found:
        raise ApiError(404, f"{kind.upper()}_DOES_NOT_EXIST", f"{kind.title()} with id '{identifier}' does not exist.")
    return found[0]


def _needed(operations: dict[str, tuple[Privilege, ...]], operation: str) -> tuple[Privilege, ...]:
    if operation not in operations:
        raise bad_request(f"operation '{operation}' is not one of {', '.join(operations)}.")
    return operations[operation]


def _credential(document: Document) -> Document:
    return {"url": document["storage_location"], "expiration_time": int((time.time() + _LIFETIME_S) * 1000)}
