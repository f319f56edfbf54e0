"""Azure's host names in URLs: its own if the request came through the proxy, else this machine's."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from localcloud.kernel import loopback
from localcloud.kernel.cloud import Cloud

_LOGIN = "login.microsoftonline.com"
_MANAGEMENT = "management.azure.com"


class HostRouter(APIRouter):
    """Routes at hosts that end with `suffix`, such as those of vaults and storage accounts."""

    def __init__(self, suffix: str) -> None:
        super().__init__()
        self._suffix = suffix

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match at another host, whatever the path."""
        return super().matches(scope) if host_of(scope).endswith(self._suffix) else (Match.NONE, {})


def host_of(scope: Scope) -> str:
    """The host name of a request, in lower case, without the port."""
    return Headers(scope=scope).get("host", "").partition(":")[0].lower()


@dataclass(frozen=True)
class Names:
    """URLs without a trailing slash."""

    management: str
    login: str


def names(request: Request, cloud: Cloud) -> Names:
    """The names for this caller. The proxy ends TLS, so requests under Azure's own names used HTTPS."""
    if request.url.hostname in loopback.HOSTS:
        here = f"http://{loopback.LOOPBACK}:{cloud.account_port}"
        return Names(here, here)
    return Names(f"https://{_MANAGEMENT}", f"https://{_LOGIN}")
