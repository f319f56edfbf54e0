"""`POST /serving-endpoints/{name}/invocations`: predictions by the served model."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.serving import service
from localcloud.services.serving.inference.rows import Exchange

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/servingendpoints/query")

router = APIRouter(prefix="/serving-endpoints")
# What is read of a body that is too large before the connection is given up: a client that is still
# sending would otherwise never see the answer.
_DRAINED_BYTES = 64 << 20
# Databricks documents 16 MB for custom models and 4 MB for the other kinds of endpoint. The stricter one
# holds here: a request that is answered locally is within the limit on every endpoint.
MAX_BODY_BYTES = 4 << 20
# What the scoring server says of its answer that the caller is shown.
_PASSED_ON = ("features-age-s",)


@dataclass(frozen=True)
class Target:
    """The endpoint that is called, and the served entity if the caller chooses it."""

    name: str
    served_name: str | None


@router.post("/{name}/invocations")
async def invoke(name: str, request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Predict with a version chosen by the traffic split. Needs CAN_QUERY."""
    return await _invoke(name, None, request, cloud, caller)


@router.post("/{name}/served-models/{served_name}/invocations")
async def invoke_one(name: str, served_name: str, request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """Predict with one served version, whatever the traffic split. Needs CAN_QUERY."""
    return await _invoke(name, served_name, request, cloud, caller)


async def _invoke(name: str, served_name: str | None, request: Request, cloud: Cloud, caller: Caller) -> Response:
    raw = await _body(request)
    return await run_in_threadpool(_answer, cloud, caller, Target(name, served_name), request.headers, raw)


def _answer(cloud: Cloud, caller: Caller, target: Target, headers: Mapping[str, str], raw: bytes) -> Response:
    received_at, started = time.time(), time.perf_counter()
    serving = service.of(cloud)
    document = serving.find(caller.require_workspace().name, target.name)
    acl.require(cloud, caller, "serving-endpoints", document["id"], "CAN_QUERY")
    serving.limiter.admit(document, caller)
    content_type = headers.get("content-type", "application/json")
    answer, entity = serving.answer(document, content_type, raw, target.served_name)
    took_ms = (time.perf_counter() - started) * 1000
    if document.get("inference_table"):
        serving.recorder.record(
            Exchange(
                table=document["inference_table"],
                request=raw,
                response=answer.body,
                status_code=answer.status,
                received_at=received_at,
                execution_ms=round(took_ms),
                served_entity_id=entity.get("id"),
                requester=caller.principal,
            )
        )
    said = {
        "served-model-name": entity["name"],
        **({"served-entity-version": entity["entity_version"]} if entity["entity_version"] else {}),
        "server-timing": f"total;dur={took_ms:.2f}",
        **{name: answer.headers[name] for name in _PASSED_ON if name in answer.headers},
    }
    return Response(answer.body, status_code=answer.status, media_type="application/json", headers=said)


async def _body(request: Request) -> bytes:
    """The request's body. Raises `ApiError` 413 for one over the limit, after the client has sent it."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > _DRAINED_BYTES:
            break
        else:
            chunks.clear()
    if size > MAX_BODY_BYTES:
        limit = f"Request size cannot exceed {MAX_BODY_BYTES} bytes because of the model serving limits"
        given = request.headers.get("content-length", f"over {_DRAINED_BYTES}")
        raise ApiError(413, "REQUEST_TOO_LARGE", f"{limit}; given: {given}. Send fewer rows per request.")
    return b"".join(chunks)
