"""SQL warehouses over Thrift and HTTP, at the path in their connection details: `/sql/1.0/warehouses/{id}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.sql.routes import warehouses
from localcloud.services.sql.thrift import binary, service

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/aws/en/dev-tools/python-sql-connector")

router = APIRouter()
_MEDIA_TYPE = "application/x-thrift"


class _SaidError(ApiError):
    """An error with its reason in a header: the connector reads that, but only bodies in Thrift."""

    @property
    def headers(self) -> dict[str, str]:
        """The reason in one line, of characters that are valid in a header."""
        said = f"{self.error_code}: {self.message}".encode("ascii", "replace").decode()
        return {"X-Thriftserver-Error-Message": "".join(each if each.isprintable() else " " for each in said)}


async def _content(request: Request) -> bytes:
    return await request.body()


@router.post("/sql/1.0/warehouses/{identifier}")
def call(identifier: str, content: Annotated[bytes, Depends(_content)], cloud: CloudDep, caller: CallerDep) -> Response:
    """One Thrift call as the caller. Needs CAN_USE on the warehouse."""
    try:
        warehouses.require(cloud, caller, identifier, "CAN_USE")
    except ApiError as error:
        raise _SaidError(error.status, error.error_code, error.message) from error
    try:
        asked = binary.read_call(content)
    except binary.ThriftError as error:
        raise bad_request(f"The body cannot be read: {error}.") from error
    answer = service.call(cloud, caller, identifier, asked.method, asked.request)
    return Response(binary.reply(asked, answer), media_type=_MEDIA_TYPE)
