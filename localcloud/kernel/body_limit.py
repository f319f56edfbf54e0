"""Limits of request bodies: one that is too large, or nested too deep, is refused before any route reads it.

Routes for files (volumes, artifacts, signed links) and for scoring have their own limits. Sources: Azure Databricks'
limits, 10 MB for the Jobs API and 16 MiB for a statement's text, plus its JSON; Azure Resource Manager's 4 MB for a
template.
"""

from pydantic_core import from_json
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localcloud.kernel.errors import ApiError

_MIB = 2**20
# By the prefix of a path, the first match; 0 leaves it to the route.
_LIMITS_BYTES = (
    ("/api/2.0/jobs/", 10 * _MIB),
    ("/api/2.1/jobs/", 10 * _MIB),
    ("/api/2.2/jobs/", 10 * _MIB),
    ("/subscriptions/", 4 * _MIB),
    ("/api/2.0/fs/", 0),
    ("/api/2.0/mlflow-artifacts/", 0),
    ("/local/", 0),
    ("/serving-endpoints/", 0),
    ("/console", 0),
)
_OTHERS_BYTES = 20 * _MIB
# A client that is still sending may finish up to this size, so that it reads the response.
_DRAINED_BYTES = 64 * _MIB
# How pydantic's reader says that JSON is nested more than 200 deep. Python's own reader would go on until no function
# can be called anymore, which is what whoever else runs at that moment meets too: garbage collection, for one.
_TOO_DEEP = "recursion limit exceeded"
# What a route reads in place of such a body, and refuses in its own words.
_NO_JSON = b"["


class BodyLimit:
    """ASGI middleware. 413 for a body over its path's limit; what is nested too deep is no JSON to any route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one call."""
        limit = _limit_of(scope["path"]) if scope["type"] == "http" else 0
        headers = dict(scope.get("headers") or [])
        said, chunked = headers.get(b"content-length"), b"transfer-encoding" in headers
        if limit and (chunked or int(said or 0)):
            await self._measured(limit, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _measured(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a body, as far as its path takes it."""
        chunks: list[bytes] = []
        size, more = 0, True
        while more and size <= _DRAINED_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return
            size += len(message.get("body", b""))
            chunks = [*chunks, message.get("body", b"")] if size <= limit else []
            more = message.get("more_body", False)
        if size > limit:
            text = f"The request has more than {limit} bytes, which is the most that {scope['path']} takes."
            error = ApiError(413, "REQUEST_TOO_LARGE", text)
            await JSONResponse(error.body(), status_code=error.status)(scope, receive, send)
            return
        body = b"".join(chunks)
        await self._app(scope, _again(_NO_JSON if _too_deep(body) else body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive function that returns `body` once, and then continues as before."""
    left = [body]

    async def read() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return read


def _too_deep(body: bytes) -> bool:
    try:
        from_json(body)
    except ValueError as error:
        return str(error).startswith(_TOO_DEEP)
    return False


def _limit_of(path: str) -> int:
    return next((limit for start, limit in _LIMITS_BYTES if path.startswith(start)), _OTHERS_BYTES)
