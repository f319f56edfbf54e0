"""Sign-in, sign-out, and the files that the pages load."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.console import pages, sessions, visits
from localcloud.services.console.visits import FormDep, PageRoute, VisitDep

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console", route_class=PageRoute)
_FILES = Path(__file__).resolve().parents[1] / "static"
_TYPES = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}


@router.get("/sign-in")
def sign_in(request: Request, cloud: CloudDep, code: str = "") -> HTMLResponse:
    """Redeem a one-time link, set the session's cookie, and continue to the first page.

    It answers with a page, not with a redirect: after a click on another site a browser would follow the redirect
    without the cookie.
    """
    token = visits.enter(request, cloud, code)
    response = pages.plain("signed_in")
    response.set_cookie(
        visits.cookie_name(request),
        token,
        max_age=sessions.SESSION_LIFETIME_S,
        path="/console",
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/sign-out")
def sign_out(request: Request, looks: VisitDep, _: FormDep) -> RedirectResponse:
    """End the session."""
    name = visits.cookie_name(request)
    sessions.of(looks.cloud).close(request.cookies[name])
    response = RedirectResponse("/console/signed-out", status_code=303)
    response.delete_cookie(name, path="/console", httponly=True, samesite="strict")
    return response


@router.get("/signed-out")
def signed_out() -> HTMLResponse:
    """The page that is shown after signing out."""
    return pages.plain("signed_out")


@router.get("/static/{name}")
def static(name: Literal["console.css", "console.js", "icon.svg"]) -> FileResponse:
    """A style sheet or script of the pages. It holds no data of the local cloud, so no session is needed."""
    return FileResponse(_FILES / name, media_type=_TYPES[name], headers={"cache-control": "no-cache"})
