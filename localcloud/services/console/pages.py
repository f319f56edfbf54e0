"""Rendering of pages: templates that escape all values, and headers that forbid foreign content."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from localcloud.kernel.errors import ApiError

if TYPE_CHECKING:
    from localcloud.services.console.visits import Visit

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SECTIONS = (
    ("/console", "Overview"),
    ("/console/jobs", "Jobs"),
    ("/console/runs", "Runs"),
    ("/console/catalogs", "Data"),
    ("/console/models", "Models"),
    ("/console/endpoints", "Endpoints"),
    ("/console/experiments", "Experiments"),
    ("/console/calls", "Calls"),
    ("/console/clock", "Clock"),
)
_NONE = "\N{EN DASH}"
# Which words of the API are good, bad, or under way.
_TONES = {
    **dict.fromkeys(("SUCCESS", "READY", "DEPLOYMENT_READY", "NOT_UPDATING"), "good"),
    **dict.fromkeys(
        ("FAILED", "TIMEDOUT", "INTERNAL_ERROR", "UPDATE_FAILED", "DEPLOYMENT_FAILED", "UPSTREAM_FAILED"), "bad"
    ),
    **dict.fromkeys(("CANCELED", "UPSTREAM_CANCELED", "MAXIMUM_CONCURRENT_RUNS_REACHED", "paused"), "warn"),
    **dict.fromkeys(("RUNNING", "PENDING", "IN_PROGRESS", "WAITING_FOR_RETRY", "DEPLOYMENT_CREATING"), "busy"),
}


def page(looks: "Visit", template: str, **values: Any) -> HTMLResponse:
    """A page for a signed-in admin."""
    made = _ENVIRONMENT.get_template(f"{template}.html.j2").render(
        sections=SECTIONS, path=looks.path, csrf=looks.session.csrf, signed_in=looks.caller.display_name, **values
    )
    return HTMLResponse(made, headers={"cache-control": "no-store"})


def plain(template: str, answers: int = 200, **values: Any) -> HTMLResponse:
    """A page without data of the local cloud."""
    made = _ENVIRONMENT.get_template(f"{template}.html.j2").render(
        sections=(), path="", csrf="", signed_in="", **values
    )
    return HTMLResponse(made, status_code=answers, headers={"cache-control": "no-store"})


def refusal(error: ApiError) -> HTMLResponse:
    """The page that explains an error."""
    return plain("refusal", error.status, status=error.status, code=error.error_code, message=error.message)


def protected(response: Response) -> Response:
    """The response with the headers that every answer of the console has."""
    response.headers.update(HEADERS)
    return response


def when(epoch_ms: float | None) -> str:
    """A time (UTC), to the second; a dash for none."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S") if epoch_ms else _NONE
    except (TypeError, ValueError, OverflowError, OSError):
        # A table's log says what its writer likes.
        return _NONE


def span(took_ms: float | None) -> str:
    """A duration for people: `320 ms`, `4.2 s`, `3 min 20 s`; a dash for none."""
    if not took_ms or took_ms < 0:
        return _NONE
    if took_ms < 1:
        return "under 1 ms"
    if took_ms < 1000:
        return f"{took_ms:.0f} ms"
    seconds = took_ms / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def tone(word: object) -> str:
    """The CSS class for a state's or status' colour."""
    if isinstance(word, int):
        return "bad" if word >= 500 else "warn" if word >= 400 else "good"
    return _TONES.get(str(word), "plain")


def part(name: object) -> str:
    """A name, quoted as one part of a URL's path."""
    return quote(str(name), safe="")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": when, "span": span, "tone": tone, "part": part, "query": urlencode}
    return made


_ENVIRONMENT = _environment()
