"""The socket that the server listens on, bound and not yet listening: until a version is loaded nobody can connect."""

import socket
from pathlib import Path
from typing import Any


class Listener(socket.socket):
    """A socket that several workers may accept from, each a connection at a time.

    asyncio accepts all that are waiting as soon as it wakes, so that the worker which wakes first would get every
    connection of a burst, and clients keep theirs. It stops at a BlockingIOError, and asks again if any are left.
    """

    _accepted = False

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, and nothing before the event loop has turned once more. Raises BlockingIOError then."""
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
    # asyncio turns Nagle's algorithm off only if the protocol is named; it costs 40 ms an answer. Workers that fork
    # inherit this very socket, so it holds with several too.
    found = Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found
