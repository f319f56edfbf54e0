"""An index of routers by the prefix of a request's path.

Matching each request against five hundred routes of fifty routers took a third of its time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_CHOSEN = "localcloud.route"
# `/api/2.1/unity-catalog` and `/api/2.0/accounts` distinguish services; more segments would only make more lists.
_SEGMENTS = 3


class RouteIndex(BaseRoute):
    """All of `routes`, in matching order; only those with a route of the path's prefix are tried."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes
        self._places: dict[tuple[str, ...], set[int]] = {}
        for place, route in enumerate(routes):
            for context in _contexts(route):
                self._places.setdefault(_beginning(context.path), set()).add(place)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route for the path and the method; else the first for the path alone."""
        partly: tuple[Match, Scope] = (Match.NONE, {})
        for place in self._asked(scope["path"]):
            match, child = self._routes[place].matches(scope)
            if match is Match.FULL:
                return match, {**child, _CHOSEN: self._routes[place]}
            if match is Match.PARTIAL and partly[0] is Match.NONE:
                partly = match, {**child, _CHOSEN: self._routes[place]}
        return partly

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request with the route that `matches` chose."""
        await scope[_CHOSEN].handle(scope, receive, send)

    def effective_route_contexts(self) -> Iterator[Any]:
        """Every route with its path, methods and handler, in the form in which FastAPI lists a router's."""
        for route in self._routes:
            yield from _contexts(route)

    def _asked(self, path: str) -> list[int]:
        segments = tuple(path.split("/")[1 : _SEGMENTS + 1])
        found: set[int] = set()
        for length in range(len(segments) + 1):
            found |= self._places.get(segments[:length], set())
        return sorted(found)


def _contexts(route: BaseRoute) -> Iterator[Any]:
    contexts: Iterator[Any] = getattr(route, "effective_route_contexts", lambda: iter(()))()
    return contexts


def _beginning(path: str) -> tuple[str, ...]:
    """The first segments of a declared path, up to the first parameter."""
    fixed = path.partition("{")[0]
    whole = fixed if fixed == path else fixed.rpartition("/")[0]
    return tuple(whole.split("/")[1 : _SEGMENTS + 1])
