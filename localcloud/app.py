"""The REST application: every area's router, and Databricks' form for every error."""

import logging
import re
from functools import cache
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, compile_path

from localcloud.kernel.body_limit import BodyLimit
from localcloud.kernel.calls import Calls, Recorder
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, malformed
from localcloud.kernel.listeners import Listeners, PortInUseError
from localcloud.kernel.route_index import RouteIndex
from localcloud.parity import served
from localcloud.routers import ROUTERS
from localcloud.services.azure.errors import AzureError
from localcloud.services.local.injection import Injection

_log = logging.getLogger(__name__)
_ARM = "/subscriptions/"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def create_app(cloud: Cloud) -> FastAPI:
    """The application over `cloud`. Nothing listens yet: see `serve`."""
    app = FastAPI(title="localcloud", docs_url=None, redoc_url=None, openapi_url=None, routes=[*_routes()])
    app.state.cloud = cloud
    app.state.calls = Calls()
    app.add_middleware(BodyLimit)
    app.add_middleware(Injection, cloud=cloud)
    app.add_middleware(Recorder, calls=app.state.calls)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _malformed)
    app.add_exception_handler(Exception, _unexpected)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route, in matching order. Kept: they know no cloud, and to include them takes half a second."""
    everything = APIRouter()
    for router in (*ROUTERS, _unknown()):
        everything.include_router(router)
    return (RouteIndex(everything.routes),)


def serve(cloud: Cloud, account_port: int = 0) -> Listeners:
    """Listen for the account and for every registered workspace, on the ports they had before if those are free.

    Raises `listeners.PortInUseError` where the `account_port` that was asked for (0: none) is taken.
    """
    remembered = (cloud.store.get("settings", "account") or {}).get("port", 0)
    listeners = Listeners(create_app(cloud))
    cloud.parts["listeners"] = listeners
    try:
        known = account_port or _as_before(listeners, "account", remembered)
        cloud.account_port = listeners.open("account", known)
        cloud.store.put("settings", "account", {"port": cloud.account_port})
        for workspace in cloud.workspaces():
            port = _as_before(listeners, f"workspace {workspace.name}", workspace.port)
            cloud.store.put(
                "workspace", workspace.name, cloud.store.require("workspace", workspace.name) | {"port": port}
            )
    except ApiError:
        listeners.close()
        raise
    return listeners


def _as_before(listeners: Listeners, name: str, port: int) -> int:
    """Listen on the port of the last start; on any other where somebody took it meanwhile. Returns the port."""
    try:
        return listeners.open(name, port)
    except PortInUseError:
        now = listeners.open(name)
        _log.warning("port %d of %s was taken by another process meanwhile: it is %d from now on", port, name, now)
        return now


def _unknown() -> APIRouter:
    router = APIRouter()

    @router.api_route("/{path:path}", methods=_METHODS)
    def unknown(request: Request) -> None:
        raise _not_served(request)

    return router


def _not_served(request: Request) -> ApiError:
    """404 for another verb of a route that there is; else 501 that names the route: what is missing is plain."""
    route = f"{request.method} {request.url.path}"
    if any(pattern.match(request.url.path) for pattern in _paths()):
        return ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{route}'.")
    return ApiError(501, "NOT_IMPLEMENTED", f"The local cloud has no route {route}.")


@cache
def _paths() -> tuple[re.Pattern[str], ...]:
    """The paths of all routes, but for those that begin with a name of anything."""
    found = {path for _, path in served(_routes()) if not path.startswith("/{")}
    return tuple(compile_path(path)[0] for path in sorted(found))


async def _api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), status_code=error.status, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return await _malformed(request, error)
    problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    return await _api_error(request, bad_request(f"The request is not valid: {problems}"))


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an unusual verb; a body that is no JSON, or that is nested without end."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return await _api_error(request, _not_served(request))
    refused = malformed()
    if request.url.path.startswith(_ARM):
        refused = AzureError(400, "InvalidRequestContent", refused.message)
    return await _api_error(request, refused)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    message = f"{request.method} {request.url.path} failed inside the local cloud: {type(error).__name__}: {error}"
    return JSONResponse(ApiError(500, "INTERNAL_ERROR", message).body(), status_code=500)
