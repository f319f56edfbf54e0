"""MLflow's tracking API on every workspace: authenticated, checked, then forwarded to the real server."""

import tempfile
from typing import IO

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from localcloud.kernel.body import json_object
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.mlflow import forward, guard, route_permissions
from localcloud.services.mlflow.route_permissions import Need

PARITY = Parity(Level.EXECUTED, "https://mlflow.org/docs/latest/api_reference/rest-api.html")

router = APIRouter()
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_MEMORY_BYTES = 8 << 20


@router.api_route("/api/{version}/mlflow/{path:path}", methods=_METHODS)
@router.api_route("/ajax-api/{path:path}", methods=_METHODS)
@router.api_route("/graphql", methods=["GET", "POST"])
async def call_mlflow(request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Forward one call of the tracking API, with exactly the fields that were checked."""
    body = json_object(await request.body())
    return await run_in_threadpool(_json_call, request, cloud, caller, body)


@router.api_route("/api/2.0/mlflow-artifacts/{path:path}", methods=_METHODS)
async def call_artifacts(request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Upload, download, list or delete artifacts, streamed."""
    path, query = request.scope["path"], list(request.query_params.multi_items())
    call = route_permissions.read(request.method, path, query, {})
    await run_in_threadpool(guard.check, cloud, caller, call)
    body = await _spooled(request)
    return await run_in_threadpool(
        forward.stream, cloud, request.method, path, query, headers=request.headers, body=body
    )


async def _spooled(request: Request) -> IO[bytes]:
    """The body as a file, on disk if it is large. `forward.stream` closes it."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115
    async for chunk in request.stream():
        spool.write(chunk)
    spool.seek(0)
    return spool


def _json_call(request: Request, cloud: Cloud, caller: Caller, body: Document) -> Response:
    path, query = request.scope["path"], list(request.query_params.multi_items())
    call = route_permissions.read(request.method, path, query, body)
    guard.check(cloud, caller, call)
    sent_query = query if request.method == "GET" or call.need is Need.ADMIN else []
    status, content = forward.send_json(cloud, request.method, path, sent_query, body)
    if status < 300:
        guard.record(cloud, caller, call, content)
        content = guard.filtered(cloud, caller, call, content)
    return forward.relay((status, content))
