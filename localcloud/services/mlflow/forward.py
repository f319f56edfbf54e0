"""Forwards checked requests to the MLflow server."""

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any
from urllib.parse import quote

import httpx
from fastapi.responses import JSONResponse, Response, StreamingResponse

from localcloud.kernel import loopback
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document

_TIMEOUT = httpx.Timeout(600, connect=10)
_CHUNK_BYTES = 1 << 20
# Describe one connection, or are computed anew; everything else is passed on.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"})


def client(cloud: Cloud) -> httpx.Client:
    """One connection pool to the MLflow server for the whole process. 503 while the server is not running."""
    if not cloud.mlflow_url:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The MLflow server is not running yet.")
    with cloud.lock:
        found = cloud.parts.get("mlflow_client")
        if not isinstance(found, httpx.Client) or str(found.base_url).rstrip("/") != cloud.mlflow_url:
            found = loopback.client(base_url=cloud.mlflow_url, timeout=_TIMEOUT)
            cloud.parts["mlflow_client"] = found
    return found


def send_json(
    cloud: Cloud, method: str, path: str, query: Sequence[tuple[str, str]], body: Document
) -> tuple[int, Any]:
    """Status and JSON content of a request whose fields were checked; exactly those fields are sent."""
    content = None if method == "GET" else body
    answer = client(cloud).request(method, quote(path), params=list(query), json=content)
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, {"error_code": "INTERNAL_ERROR", "message": answer.text[:500]}


def relay(answer: tuple[int, Any]) -> Response:
    """MLflow's answer to the caller."""
    status, content = answer
    return JSONResponse(content, status_code=status)


def stream(
    cloud: Cloud,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    *,
    headers: Mapping[str, str],
    body: IO[bytes],
) -> Response:
    """Stream `body` to the server and its answer back, in chunks."""
    kept = {k: v for k, v in headers.items() if k in ("content-type", "range", "accept", "content-encoding")}
    pool = client(cloud)
    request = pool.build_request(method, quote(path), params=list(query), headers=kept, content=_chunks(body))
    answer = pool.send(request, stream=True)
    passed = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP}
    return StreamingResponse(_drain(answer, body), status_code=answer.status_code, headers=passed)


def _chunks(body: IO[bytes]) -> Iterator[bytes]:
    while chunk := body.read(_CHUNK_BYTES):
        yield chunk


def _drain(answer: httpx.Response, body: IO[bytes]) -> Iterator[bytes]:
    try:
        yield from answer.iter_raw(_CHUNK_BYTES)
    finally:
        answer.close()
        body.close()
