"""Under which names Azure answers: its own, when it was asked by them through the proxy, else this machine's."""

from dataclasses import dataclass

from fastapi import Request

from localcloud.kernel.cloud import Cloud

_LOGIN = "login.microsoftonline.com"
_MANAGEMENT = "management.azure.com"
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Names:
    """URLs without a slash at the end."""

    management: str
    login: str


def names(request: Request, cloud: Cloud) -> Names:
    """Those for whoever asks. The proxy ends TLS, so a request by Azure's own names was made by HTTPS."""
    if request.url.hostname in _LOOPBACK:
        here = f"http://127.0.0.1:{cloud.account_port}"
        return Names(here, here)
    return Names(f"https://{_MANAGEMENT}", f"https://{_LOGIN}")
