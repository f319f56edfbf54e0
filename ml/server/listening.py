"""The server's socket, bound but not yet listening: clients cannot connect until a version is loaded."""

import socket
from pathlib import Path
from typing import Any


class Listener(socket.socket):
    """A socket shared by several workers, each of which accepts one connection at a time.

    asyncio accepts all waiting connections when it wakes, so the first worker to wake would get every connection of a
    burst, and clients keep their connections. It stops at a BlockingIOError and tries again if any are left.
    """

    _accepted = False

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; then BlockingIOError until the next turn of the event loop."""
        if self._accepted:
            self._accepted = False
            raise BlockingIOError
        found = super().accept()
        self._accepted = True
        return found


def bound(host: str, port: int, uds: Path | None) -> Listener:
    """A socket bound to `uds`, or to `host` and `port`. Raises OSError if another process holds it."""
    if uds is not None:
        local = Listener(socket.AF_UNIX, socket.SOCK_STREAM)
        local.bind(str(uds))
        return local
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm, which costs 40 ms per answer, only if the protocol is named. Forked workers
    # inherit this socket, so this holds for all of them.
    found = Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found
