"""Applies active faults to calls before any route handles them."""

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.faults import Counted, Fault, Kind
from localcloud.kernel.listeners import ABORT
from localcloud.services.azure.errors import AzureError

# What steers and shows the local cloud itself never fails, least of all what turns faults off again.
CONTROL = ("/local/", "/console")
# Azure's clients parse other codes, in another body. Databricks' paths are those that begin like these.
_AZURE_CODES = {
    Kind.RATE_LIMITED: "TooManyRequests",
    Kind.INTERNAL_ERROR: "InternalServerError",
    Kind.UNAVAILABLE: "ServiceUnavailable",
}
_DATABRICKS = ("/api/", "/ajax-api/", "/graphql", "/serving-endpoints/", "/.well-known/")


class Injection:
    """ASGI middleware. Only slow calls are performed, after the delay; other faults replace the call."""

    def __init__(self, app: ASGIApp, cloud: Cloud) -> None:
        self._app = app
        self._cloud = cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        path = scope.get("path", "")
        met = None if path.startswith(CONTROL) else self._cloud.faults.meet(scope.get("method", ""), path)
        if met is None:
            await self._app(scope, receive, send)
        elif met.fault.kind is Kind.SLOW:
            await asyncio.sleep(met.fault.delay_s)
            await self._app(scope, receive, send)
        elif met.fault.kind is Kind.DROPPED:
            await _drop(scope, receive)
        else:
            error = _error(met, path)
            answer = JSONResponse(error.body(), status_code=error.status, headers=_headers(met.fault))
            await answer(scope, receive, send)


async def _drop(scope: Scope, receive: Receive) -> None:
    """End the connection without an answer. Uvicorn answers 500 if the application returns before that."""
    scope[ABORT]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _error(met: Counted, path: str) -> ApiError:
    fault, status = met.fault, int(met.fault.kind)
    message = f"Fault {met.number} of the local cloud, which was asked for. To turn it off: mlops faults clear"
    if path.startswith(_DATABRICKS):
        return ApiError(status, fault.error_code, message)
    return AzureError(status, _AZURE_CODES[fault.kind], message)


def _headers(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
