"""Size limits of request bodies: a larger one is refused before any route reads it.

Routes for files (volumes, artifacts, signed links) and for scoring have their own limits. Sources: Azure Databricks'
limits, 10 MB for the Jobs API and 16 MiB for a statement's text, plus its JSON; Azure Resource Manager's 4 MB for a
template.
"""

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


class BodyLimit:
    """ASGI middleware. 413 for a body over its path's limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one call."""
        limit = _limit_of(scope["path"]) if scope["type"] == "http" else 0
        headers = dict(scope.get("headers") or [])
        said, chunked = headers.get(b"content-length"), b"transfer-encoding" in headers
        if limit and (chunked or int(said or 0) > limit):
            await self._measured(limit, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _measured(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a body whose length is unknown or too large."""
        chunks: list[bytes] = []
        size, more = 0, True
        while more and size <= _DRAINED_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return
            size += len(message.get("body", b""))
            chunks = [*chunks, message["body"]] if size <= limit else []
            more = message.get("more_body", False)
        if size > limit:
            text = f"The request has more than {limit} bytes, which is the most that {scope['path']} takes."
            error = ApiError(413, "REQUEST_TOO_LARGE", text)
            await JSONResponse(error.body(), status_code=error.status)(scope, receive, send)
            return
        await self._app(scope, _again(b"".join(chunks), receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive function that returns `body` once, and then continues as before."""
    left = [body]

    async def read() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return read


def _limit_of(path: str) -> int:
    return next((limit for start, limit in _LIMITS_BYTES if path.startswith(start)), _OTHERS_BYTES)
