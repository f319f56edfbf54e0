"""The ASGI application: `POST /invocations` and `GET /ping`, as in MLflow's scoring server, `GET /metrics`, and the
OpenAPI document, `GET /openapi.json`.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from ml.server import openapi, requests
from ml.server.batches import Batches
from ml.server.errors import Refused, not_served, too_large, too_many
from ml.server.look_up_threads import LookUps
from ml.server.lookups import LIMIT_S
from ml.server.metrics import CONTENT_TYPE, Metrics
from ml.server.plain import Matrix
from ml.server.together import Completed, Parsed
from ml.server.version import Served, body

# Databricks' documented limit for custom models.
MAX_BODY_BYTES = 16 << 20
# Requests that may wait for the model, which answers one at a time; more are refused with 429. So is a request whose
# body, with those that wait, would hold more bytes than one body may: memory and waiting time have a limit.
MAX_WAITING = 256
# A smaller body is read and answered in microseconds; a larger one must not delay the others.
_SMALL_BYTES = 64 << 10
# Bytes of an oversized body that are read before the connection is dropped: otherwise a client that is still sending
# would never see the answer.
_DRAINED_BYTES = 64 << 20
_METHODS = {"/invocations": ("POST",), "/ping": ("GET", "HEAD"), "/metrics": ("GET",), openapi.PATH: ("GET",)}

Result = TypeVar("Result")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response: status, JSON or text, and headers beyond content type and length."""

    status: int = 200
    body: bytes = b"\n"
    media_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Application:
    """The ASGI application for one version."""

    def __init__(
        self,
        version: Served,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        max_waiting: int = MAX_WAITING,
        look_up_limit_s: float = LIMIT_S,
    ) -> None:
        self._version = version
        self._max_body_bytes = max_body_bytes
        self._max_waiting = max_waiting
        self._waiting = self._waiting_bytes = 0
        self._metrics = Metrics()
        self._look_ups = (
            LookUps(version.completed_each, max_waiting=max_waiting, limit_s=look_up_limit_s) if version.waits else None
        )
        # One thread: the model answers one request at a time, like one unit of provisioned concurrency.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._batches = Batches(version.plain.model.predict_matrix) if version.plain else None
        self._named = (b"served-entity-version", version.number.encode())

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not served, only http")
        started = time.perf_counter()
        try:
            answer = await self._answer(scope, receive)
        except Refused as refused:
            answer = Answer(status=refused.status, body=refused.body(), headers=(self._named, *refused.headers))
        except Exception:  # noqa: BLE001 - the log gets the trace, the caller must not
            traceback.print_exc()
            failure = Refused(500, "INTERNAL_ERROR", "The server failed on this request; its log says why.")
            answer = Answer(status=500, body=failure.body(), headers=(self._named,))
        if scope["path"] == "/invocations":
            self._metrics.count(answer.status, time.perf_counter() - started)
        kept = [(b"content-type", answer.media_type), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": [*kept, *answer.headers]})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive) -> Answer:
        method, path = scope["method"], scope["path"]
        if method not in _METHODS.get(path, ()):
            raise not_served(method, path, _METHODS.get(path, ()))
        if path == "/ping":
            return Answer(media_type=b"text/plain", headers=(self._named,))
        if path == "/metrics":
            text = self._metrics.text(self._version.number, self._waiting, await self._published())
            return Answer(body=text, media_type=CONTENT_TYPE)
        if path == openapi.PATH:
            return Answer(body=self._version.openapi, headers=(self._named,))
        given = dict(scope["headers"])
        content_type = given.get(b"content-type", b"application/json").decode("latin-1")
        raw = await self._body(receive, given.get(b"content-length"))
        encoded, published_at = await self._scored(content_type, raw)
        age = () if published_at is None else ((b"features-age-s", f"{time.time() - published_at:.1f}".encode()),)
        return Answer(body=encoded, headers=(self._named, *age))

    async def _body(self, receive: Receive, length: bytes | None) -> bytes:
        """The request's body. Raises Refused 413 for a body over the limit, after letting the client finish."""
        chunks: list[bytes] = []
        size, more = 0, True
        while more and size <= _DRAINED_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "BAD_REQUEST", "The client went away before its request was complete.")
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size <= self._max_body_bytes:
                chunks.append(chunk)
            else:
                chunks.clear()
        if size > self._max_body_bytes:
            raise too_large(self._max_body_bytes, length.decode("latin-1") if length else f"{size} bytes or more")
        return b"".join(chunks)

    async def _scored(self, content_type: str, raw: bytes) -> tuple[bytes, float | None]:
        if len(raw) > _SMALL_BYTES:
            return await self._large(content_type, raw)
        parsed = requests.read(content_type, raw)
        payload, published_at = await self._completed(parsed)
        answered = await self._together(self._version.matrix(payload))
        if answered is not None:
            return answered, published_at
        return await self._in_turn(lambda: self._version.predict(payload), len(raw)), published_at

    async def _large(self, content_type: str, raw: bytes) -> tuple[bytes, float | None]:
        """Handle a request outside the event loop; a look-up over the network never runs in the model's thread."""
        if self._look_ups is None:
            return await self._in_turn(lambda: self._alone(content_type, raw), len(raw))
        parsed = await self._in_turn(lambda: requests.read(content_type, raw), len(raw))
        payload, published_at = await self._look_ups.alone(lambda: self._version.completed(parsed))
        return await self._in_turn(lambda: self._version.answer(payload), len(raw)), published_at

    async def _completed(self, parsed: Parsed) -> Completed:
        return self._version.completed(parsed) if self._look_ups is None else await self._look_ups.completed(parsed)

    async def _published(self) -> dict[str, float]:
        """When the features of each table were published; empty while the online store is down."""
        if self._look_ups is None:
            return self._version.published()
        with suppress(Refused):
            return await self._look_ups.alone(self._version.published)
        return {}

    async def _together(self, matrix: Matrix | None) -> bytes | None:
        """The answer to plain numbers, batched with other requests; None if MLflow has to validate the request."""
        if matrix is None or self._batches is None:
            return None
        try:
            return body(await self._batches.ask(matrix))
        except Exception:  # noqa: BLE001 - repeated through MLflow, whose error message counts
            return None

    def _alone(self, content_type: str, raw: bytes) -> tuple[bytes, float | None]:
        payload, published_at = self._version.completed(requests.read(content_type, raw))
        return self._version.answer(payload), published_at

    async def _in_turn(self, call: Callable[[], Result], size_bytes: int) -> Result:
        """The result of `call` about a body of so many bytes, once the model is free. Raises Refused 429."""
        if self._waiting >= self._max_waiting:
            raise too_many(f"Exceeded the maximum number of parallel requests, {self._max_waiting}.")
        if self._waiting and self._waiting_bytes + size_bytes > self._max_body_bytes:
            raise too_many(f"Exceeded the maximum size of parallel requests, {self._max_body_bytes} bytes.")
        self._waiting += 1
        self._waiting_bytes += size_bytes
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        finally:
            self._waiting -= 1
            self._waiting_bytes -= size_bytes
