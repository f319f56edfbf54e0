"""The latest calls to the local cloud: caller, request and result. In memory, and limited in number.

A call is recorded without its query and its body, which may contain confidential data.
"""

import threading
import time
from collections import deque
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A busy minute: the platform's tests make a few hundred calls in one.
KEPT = 1000
# The page of calls would otherwise list itself.
_UNNOTED = "/console"
# Links that give access to their target without a token: `/local/signed/{key}`.
_LINKED, _SECRET = "/local/", "key"
_PRINCIPAL = "principal"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One finished call. `at_s` is epoch seconds, `port` the receiving port; `principal` is empty if unknown."""

    at_s: float
    port: int
    method: str
    path: str
    principal: str
    status: int
    took_ms: float


class Calls:
    """The newest `kept` calls. Safe to use from several threads."""

    def __init__(self, kept: int = KEPT) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Add a call; the oldest is dropped if there are too many."""
        with self._lock:
            self._calls.append(call)

    def newest_first(self) -> list[Call]:
        """All kept calls, newest first."""
        with self._lock:
            return list(reversed(self._calls))


class Recorder:
    """ASGI middleware that records each call at the end of its response."""

    def __init__(self, app: ASGIApp, calls: Calls) -> None:
        self._app, self._calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and record it."""
        if scope["type"] != "http" or scope["path"].startswith(_UNNOTED):
            await self._app(scope, receive, send)
            return
        at_s, started, status = time.time(), time.perf_counter(), 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                # Before the caller has the whole response, and may look at the list.
                self._calls.add(_call(scope, at_s, started, status))
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception:
            # The outer handler of the exception responds with 500.
            self._calls.add(_call(scope, at_s, started, 500))
            raise


def note_principal(scope: MutableMapping[str, Any], name: str) -> None:
    """Record the caller of `scope`."""
    scope.setdefault("state", {})[_PRINCIPAL] = name


def _call(scope: Scope, at_s: float, started: float, status: int) -> Call:
    return Call(
        at_s=at_s,
        port=scope["server"][1],
        method=scope["method"],
        path=_path(scope),
        principal=scope.get("state", {}).get(_PRINCIPAL, ""),
        status=status,
        took_ms=(time.perf_counter() - started) * 1000,
    )


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    secret = scope.get("path_params", {}).get(_SECRET)
    return path.replace(secret, f"{{{_SECRET}}}") if secret and path.startswith(_LINKED) else path
