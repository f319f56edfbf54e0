"""Warehouses by Thrift over HTTP, at the path of a warehouse's connection details: `/sql/1.0/warehouses/{id}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.sql.routes import warehouses
from localcloud.services.sql.thrift import binary, service

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/aws/en/dev-tools/python-sql-connector")

router = APIRouter()
_MEDIA_TYPE = "application/x-thrift"


async def _content(request: Request) -> bytes:
    return await request.body()


@router.post("/sql/1.0/warehouses/{identifier}")
def call(identifier: str, content: Annotated[bytes, Depends(_content)], cloud: CloudDep, caller: CallerDep) -> Response:
    """One call of the service as the caller, who needs CAN_USE on the warehouse."""
    warehouses.require(cloud, caller, identifier, "CAN_USE")
    try:
        asked = binary.read_call(content)
    except binary.ThriftError as error:
        raise bad_request(f"The body cannot be read: {error}.") from error
    answer = service.call(cloud, caller, identifier, asked.method, asked.request)
    return Response(binary.reply(asked, answer), media_type=_MEDIA_TYPE)
