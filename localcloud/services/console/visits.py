"""Access to pages: only on the account's port, under its own address, for signed-in admins."""

import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from localcloud.kernel import identity
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.services.console import pages, sessions
from localcloud.services.console.sessions import Session

_HOSTS = ("127.0.0.1", "localhost")
# A form holds one request to an endpoint, which may have 4 MiB and takes up to three times that when it is encoded.
_FORM_BYTES = 12 << 20
_HOW = "Run `mlops console` and open the link that it prints: it works once, within ten minutes."


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request for a page by an admin."""

    cloud: Cloud
    caller: Caller
    session: Session
    path: str


class PageRoute(APIRoute):
    """A route whose errors are pages too. It answers only under its own address, not under other host names."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with these checks."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                _require_own_address(request)
                return pages.protected(await handle(request))
            except ApiError as error:
                return pages.protected(pages.refusal(error))
            except RequestValidationError as error:
                wrong = ", ".join(str(each["loc"][-1]) for each in error.errors())
                return pages.protected(
                    pages.refusal(bad_request(f"The address has no page: {wrong} is not understood."))
                )

        return answer


def visit(request: Request, cloud: CloudDep) -> Visit:
    """FastAPI dependency. Raises `ApiError` 401 without a session, 403 if it ended or its principal is not an admin."""
    _require_account(request, cloud)
    token = request.cookies.get(cookie_name(request))
    if token is None:
        raise ApiError(401, "SIGN_IN", f"Nobody is signed in here. {_HOW}")
    session = sessions.of(cloud).find(token)
    if session is None:
        raise ApiError(403, "SESSION_OVER", f"This session is over. {_HOW}")
    caller = identity.acting_as(cloud, session.principal, None)
    caller.require_admin("look inside")
    return Visit(cloud=cloud, caller=caller, session=session, path=request.url.path)


VisitDep = Annotated[Visit, Depends(visit)]


async def form(request: Request, looks: VisitDep) -> dict[str, str]:
    """FastAPI dependency: the fields of our own form. Raises `ApiError` 403 for a foreign one, 413 for a large one."""
    raw = bytearray()
    async for chunk in request.stream():
        raw.extend(chunk)
        if len(raw) > _FORM_BYTES:
            raise ApiError(413, "REQUEST_TOO_LARGE", f"A form has at most {_FORM_BYTES} bytes.")
    fields = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    if not secrets.compare_digest(fields.pop("csrf", "").encode(), looks.session.csrf.encode()):
        raise denied("This form is not one that this page gave you: go back, reload the page and send it again.")
    return fields


FormDep = Annotated[dict[str, str], Depends(form)]


def cookie_name(request: Request) -> str:
    """The session's cookie. A browser sends cookies to every port of a host, so each local cloud has its own name."""
    return f"localcloud_console_{_port(request)}"


def enter(request: Request, cloud: Cloud, code: str) -> str:
    """Open a session with the code of a link; returns its token. Raises `ApiError` 403 for an invalid code."""
    _require_account(request, cloud)
    token = sessions.of(cloud).open(code)
    if token is None:
        raise ApiError(403, "LINK_USED", f"This link was used already, or is too old. {_HOW}")
    return token


def _require_account(request: Request, cloud: Cloud) -> None:
    if cloud.workspace_at(_port(request)) is not None:
        raise ApiError(
            404, "NOT_HERE", f"This is a workspace: the pages are at 127.0.0.1:{cloud.account_port}/console."
        )


def _require_own_address(request: Request) -> None:
    given = request.headers.get("host", "")
    allowed = [f"{host}:{_port(request)}" for host in _HOSTS]
    if given not in allowed:
        raise bad_request(f"Host '{given}' does not lead here: open {' or '.join(allowed)}.")


def _port(request: Request) -> int:
    return int(request.scope["server"][1])
