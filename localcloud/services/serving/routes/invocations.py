"""`POST /serving-endpoints/{name}/invocations`: the model answers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.ledger import Level, Parity
from localcloud.services.serving import csv_requests, requests, service

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/servingendpoints/query")

router = APIRouter(prefix="/serving-endpoints")
# What is read of a body that is too large before the connection is given up: a client that is still
# sending would otherwise never see the answer.
_DRAINED_BYTES = 64 << 20
_PARSERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "application/json": requests.parse,
    "text/csv": csv_requests.parse,
}


@dataclass(frozen=True)
class Target:
    """The endpoint that is called, and the served entity where the caller chooses it."""

    name: str
    served_name: str | None


@router.post("/{name}/invocations")
async def invoke(name: str, request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Predict with the version that the traffic split gives. Needs CAN_QUERY."""
    return await _invoke(name, None, request, cloud, caller)


@router.post("/{name}/served-models/{served_name}/invocations")
async def invoke_one(name: str, served_name: str, request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Predict with one served version, whatever the traffic split. Needs CAN_QUERY."""
    return await _invoke(name, served_name, request, cloud, caller)


async def _invoke(name: str, served_name: str | None, request: Request, cloud: Cloud, caller: Caller) -> Response:
    raw = await _body(request)
    return await run_in_threadpool(_answer, cloud, caller, Target(name, served_name), request.headers, raw)


def _answer(cloud: Cloud, caller: Caller, target: Target, headers: Mapping[str, str], raw: bytes) -> Response:
    started = time.perf_counter()
    serving = service.of(cloud)
    document = serving.find(caller.require_workspace().name, target.name)
    acl.require(cloud, caller, "serving-endpoints", document["id"], "CAN_QUERY")
    parse = _parser(headers.get("content-type", "application/json"))
    status, body, entity = serving.answer(document, parse(raw), target.served_name)
    said = {
        "served-model-name": entity["name"],
        "served-entity-version": entity["entity_version"],
        "server-timing": f"total;dur={(time.perf_counter() - started) * 1000:.2f}",
    }
    return Response(body, status_code=status, media_type="application/json", headers=said)


async def _body(request: Request) -> bytes:
    """The request's body. Raises `ApiError` 413 for one over the limit, after letting the client finish."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= requests.MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > _DRAINED_BYTES:
            break
        else:
            chunks.clear()
    if size > requests.MAX_BODY_BYTES:
        raise requests.too_large(request.headers.get("content-length", f"over {_DRAINED_BYTES}"))
    return b"".join(chunks)


def _parser(content_type: str) -> Callable[[bytes], dict[str, Any]]:
    """What reads a body of this type. Raises `ApiError` 415 for any but JSON and CSV in UTF-8."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if media_type.strip() not in _PARSERS or charset not in ("", "utf-8", "utf8"):
        raise ApiError(
            415, "BAD_REQUEST", f"Content type '{content_type}' is not served: use {' or '.join(_PARSERS)} in UTF-8."
        )
    return _PARSERS[media_type.strip()]
