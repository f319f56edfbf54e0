"""This very machine: its names, a free port, and HTTP to its servers."""

import socket
import ssl
from typing import Any

import httpx

LOOPBACK = "127.0.0.1"
# What a URL of this machine names as its host, without brackets.
HOSTS = (LOOPBACK, "localhost", "::1")
# Trusts nobody, so it speaks plain HTTP only. httpx would load the authorities of the internet, for every client anew:
# a tenth of a second of processor time, twenty times as long as a call takes.
_NO_AUTHORITY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(**options: Any) -> httpx.Client:
    """A client without proxies, which must see neither the tokens nor calls to this machine. `options` are httpx's."""
    return httpx.Client(trust_env=False, verify=_NO_AUTHORITY, **options)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def request(method: str, url: str, **options: Any) -> httpx.Response:
    """One request with a connection of its own."""
    with client() as once:
        return once.request(method, url, **options)
