"""The socket that the server listens on, bound and not yet listening: until a version is loaded nobody can connect."""

import socket
from pathlib import Path

Listener = socket.socket


def bound(host: str, port: int, uds: Path | None) -> Listener:
    """A socket bound to `uds`, or to `host` and `port`. Raises OSError if another process holds it."""
    if uds is not None:
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.bind(str(uds))
        return local
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only if the protocol is named; it costs 40 ms an answer. Workers that fork
    # inherit this very socket, so it holds with several too.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found
