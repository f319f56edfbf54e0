"""Under which names Azure answers: its own, when it was asked by them through the proxy, else this machine's."""

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
    """Routes at the hosts that end with `suffix`, as vaults and storage accounts have them; nothing elsewhere."""

    def __init__(self, suffix: str) -> None:
        super().__init__()
        self._suffix = suffix

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """None at another host, whatever the path."""
        return super().matches(scope) if host_of(scope).endswith(self._suffix) else (Match.NONE, {})


def host_of(scope: Scope) -> str:
    """The host that a request names, in lower case and without its port."""
    return Headers(scope=scope).get("host", "").partition(":")[0].lower()


@dataclass(frozen=True)
class Names:
    """URLs without a slash at the end."""

    management: str
    login: str


def names(request: Request, cloud: Cloud) -> Names:
    """Those for whoever asks. The proxy ends TLS, so a request by Azure's own names was made by HTTPS."""
    if request.url.hostname in loopback.HOSTS:
        here = f"http://{loopback.LOOPBACK}:{cloud.account_port}"
        return Names(here, here)
    return Names(f"https://{_MANAGEMENT}", f"https://{_LOGIN}")
