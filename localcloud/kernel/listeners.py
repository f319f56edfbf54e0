"""One listening socket per workspace, plus the account's, all on loopback and all serving one app."""

import asyncio
import socket
import threading
import time
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from localcloud.kernel.errors import ApiError
from localcloud.kernel.loopback import LOOPBACK

# The key in a request's scope of the function that drops its connection.
ABORT = "localcloud.abort"
_START_LIMIT_S = 30


class PortInUseError(ApiError):
    """Another process uses the requested port."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            409,
            "PORT_IN_USE",
            f"Port {port} of '{name}' on {LOOPBACK} is in use by another process: stop that process,"
            " or ask for another port.",
        )


class Listeners:
    """Runs a uvicorn server per port, each in its own thread, so a new workspace needs no restart."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: dict[str, tuple[uvicorn.Server, threading.Thread, int]] = {}
        self._lock = threading.Lock()

    def open(self, name: str, port: int = 0) -> int:
        """Listen for `name` on `port` (0: any free one) and return the port. Idempotent per name.

        Raises `PortInUseError` if another process uses the port.
        """
        with self._lock:
            if name in self._running:
                return self._running[name][2]
            bound = _bind(name, port)
            actual = int(bound.getsockname()[1])
            server = uvicorn.Server(_config(self._app))
            thread = threading.Thread(
                target=server.run, kwargs={"sockets": [bound]}, name=f"listener-{name}", daemon=True
            )
            thread.start()
            _wait(server, name)
            self._running[name] = (server, thread, actual)
            return actual

    def close(self) -> None:
        """Stop all servers and wait for them."""
        with self._lock:
            for server, _, _ in self._running.values():
                server.should_exit = True
            for _, thread, _ in self._running.values():
                thread.join(timeout=10)
            self._running.clear()


class _Abortable(H11Protocol):
    """Gives the application a way to drop the connection, which ASGI lacks."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop, once."""
        made = cast(asyncio.Transport, transport)
        super().connection_made(made)
        answer = cast(ASGIApp, self.app)

        async def abortable(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ABORT] = made.abort
            await answer(scope, receive, send)

        self.app = cast(Any, abortable)


def _bind(name: str, port: int) -> socket.socket:
    # asyncio disables Nagle's algorithm, which costs 40 ms per response, only if the protocol is named.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise PortInUseError(name, port) from error
    return bound


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=_Abortable, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=5
    )


def _wait(server: uvicorn.Server, name: str) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not server.started:
        if time.monotonic() > deadline:
            raise ApiError(500, "INTERNAL_ERROR", f"The listener of '{name}' did not start in {_START_LIMIT_S} s.")
        time.sleep(0.005)
