"""This machine: its host names, a free port, and HTTP to its servers."""

import socket
import ssl
from typing import Any

import httpx

LOOPBACK = "127.0.0.1"
# Host names of this machine in URLs, without brackets.
HOSTS = (LOOPBACK, "localhost", "::1")
# Trusts no CA, because it only speaks plain HTTP. httpx would load the public CAs for every client: a tenth of a second
# of CPU time, twenty times as long as a call.
_NO_AUTHORITY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(**options: Any) -> httpx.Client:
    """A client without proxies, which must see neither the tokens nor calls to this machine. `options` are httpx's."""
    return httpx.Client(trust_env=False, verify=_NO_AUTHORITY, **options)


def free_port() -> int:
    """A port without a listener at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def request(method: str, url: str, **options: Any) -> httpx.Response:
    """One request with a separate connection."""
    with client() as once:
        return once.request(method, url, **options)
