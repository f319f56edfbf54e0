"""Query parameters: unknown ones are refused, so that no filter is silently ignored."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from localcloud.kernel.errors import bad_request

# Values with which clients say that they do not set a parameter.
_NOTHING = ("", "false")


async def require_known(request: Request) -> None:
    """A route's dependency. Raises `ApiError` 400 naming every parameter with a value that the route does not read."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = list(_names(route.dependant))
    unknown = [name for name, value in request.query_params.items() if name not in known and value not in _NOTHING]
    if unknown:
        understood = ", ".join(known) or "none"
        raise bad_request(f"Query parameter(s) {', '.join(unknown)} are not understood; understood are: {understood}.")


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for part in dependant.dependencies:
        yield from _names(part)
